import type { PANEL_VERBS } from '@livecue/shared/contract';
import type * as z from 'zod';
import { PanelCallError } from '../panel/panel-call-error.ts';
import type { ImportFile } from './catalogue-book.ts';

/** Files on their way, or waiting to be applied; an operator works on one. */
const UPLOADS_MAX = 2;

/** Files that come in pieces. Throws `PanelCallError` for a piece out of order and a file that is not (or no longer) there. */
export class Uploads {
  readonly #files = new Map<string, { readonly name: string; readonly bytes: Buffer; received: number }>();

  add({
    uploadId,
    name,
    totalBytes,
    offset,
    chunk,
  }: z.output<(typeof PANEL_VERBS)['catalogue.upload']['args']>): number {
    let file = this.#files.get(uploadId);
    if (file === undefined) {
      file = { name, bytes: Buffer.alloc(totalBytes), received: 0 };
      this.#files.set(uploadId, file);
      for (const oldest of this.#files.keys()) {
        if (this.#files.size <= UPLOADS_MAX) break;
        this.#files.delete(oldest);
      }
    }
    const piece = Buffer.from(chunk, 'base64');
    if (offset !== file.received || totalBytes !== file.bytes.length || offset + piece.length > totalBytes) {
      this.#files.delete(uploadId);
      throw new PanelCallError('bad-request', `catalogue.upload: a piece at ${offset} of ${totalBytes} does not follow the ${file.received} of ${file.bytes.length} bytes that are there. Send the file again.`); // prettier-ignore
    }
    file.received += piece.copy(file.bytes, offset);
    return file.received;
  }

  file(uploadId: string): ImportFile {
    const file = this.#files.get(uploadId);
    if (file === undefined || file.received < file.bytes.length)
      throw new PanelCallError('not-found', 'The file is not here, or not all of it: the agent has started again or newer files came. Choose it once more.'); // prettier-ignore
    return file;
  }
}
