/** Gives the keyboard back to the post it came from, once what took it is gone. */
export function focusPost(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.post-active')?.focus());
}
