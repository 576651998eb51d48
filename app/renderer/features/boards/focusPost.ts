/** Returns the focus to a post, once the element that had it is gone. */
export function focusPost(): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>('.post-active')?.focus());
}
