/** Offers a file for download; characters that file systems reject, or that hide how its name ends, are replaced. */
export function saveFile(name: string, content: BlobPart): void {
  const url = URL.createObjectURL(new Blob([content], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replace(/[\\/:*?"<>|\p{Cc}\p{Cf}]/gu, '_');
  link.click();
  URL.revokeObjectURL(url);
}
