import { useCallback, useEffect, useState } from 'react';
import { UPLOAD_CHUNK_MAX, type ImportOptions, type PanelResult, type Product } from '@livecue/shared/contract';
import { useLive, usePanel } from '../live/use-live.tsx';
import { troubleOf, type Trouble } from '../parts/error-words.ts';

const CHUNK_BYTES = (UPLOAD_CHUNK_MAX / 4) * 3;
const PAGE = 200;

/** What is in force with its versions; read again after a change and when the agent is back. */
export function useCatalogue() {
  const { client } = usePanel();
  const open = useLive().connection.kind === 'open';
  const [facts, setFacts] = useState<PanelResult<'catalogue.read'> | null>(null);
  const [products, setProducts] = useState<readonly Product[]>([]);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!open) return undefined;
    let gone = false;
    const read = async () => {
      const told = await client.call('catalogue.read', {});
      const first = await client.call('catalogue.products', { from: 0, limit: PAGE });
      if (gone) return;
      setFacts(told);
      setProducts(first.products);
      setTrouble(null);
    };
    read().catch((error: unknown) => (gone ? undefined : setTrouble(troubleOf(error))));
    return () => {
      gone = true;
    };
  }, [client, open, round]);
  const more = useCallback(async () => {
    const next = await client.call('catalogue.products', { from: products.length, limit: PAGE });
    setProducts((before) => [...before, ...next.products]);
  }, [client, products.length]);
  return { facts, products, trouble, setTrouble, more, again: useCallback(() => setRound((n) => n + 1), []) };
}

export interface Upload {
  readonly uploadId: string;
  readonly name: string;
}

/** Sends a file in pieces; the agent has it when this resolves. */
export function useUpload() {
  const { client } = usePanel();
  return useCallback(
    async (file: File, onSent: (ratio: number) => void): Promise<Upload> => {
      const bytes = new Uint8Array(await file.arrayBuffer());
      const uploadId = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join(''); // prettier-ignore
      const name = file.name.slice(0, 255) || 'file';
      let offset = 0;
      do {
        const chunk = base64(bytes.subarray(offset, offset + CHUNK_BYTES));
        const { receivedBytes } = await client.call('catalogue.upload', { uploadId, name, totalBytes: bytes.length, offset, chunk }); // prettier-ignore
        offset = receivedBytes;
        onSent(bytes.length === 0 ? 1 : offset / bytes.length);
      } while (offset < bytes.length);
      return { uploadId, name };
    },
    [client],
  );
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

export type Previewed = PanelResult<'catalogue.preview'>;

/** What a file that was sent would change, with the options chosen; asked again with each change of them. */
export function usePreview(upload: Upload, currency: string) {
  const { client } = usePanel();
  const [options, setOptions] = useState<ImportOptions>({ mapping: null, currency, sheet: null });
  const [previewed, setPreviewed] = useState<Previewed | null>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let gone = false;
    client.call('catalogue.preview', { uploadId: upload.uploadId, options }).then(
      (answer) => {
        if (gone) return;
        setPreviewed(answer);
        setTrouble(null);
      },
      (error: unknown) => (gone ? undefined : setTrouble(troubleOf(error))),
    );
    return () => {
      gone = true;
    };
  }, [client, upload.uploadId, options, round]);
  return { options, setOptions, previewed, trouble, again: useCallback(() => setRound((n) => n + 1), []) };
}

/** Hands text to the browser as a file. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
