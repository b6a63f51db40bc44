import { UnreadableFileError } from './table.ts';

export interface DecodedText {
  readonly text: string;
  readonly encoding: 'utf-8' | 'utf-16le' | 'gb18030';
}

/**
 * Text of a file: UTF-8 with or without its mark, UTF-16 with one ("Unicode text" of Excel), else GB18030, which
 * holds GBK and GB2312: Excel writes CSV so on a Chinese Windows. Throws `UnreadableFileError` for anything else.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes[0] === 0xff && bytes[1] === 0xfe)
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16le' };
  for (const encoding of ['utf-8', 'gb18030'] as const) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
      if (!text.includes('\0')) return { text, encoding };
    } catch (error) {
      // Bytes that this encoding does not have: the next one is tried.
      if (!(error instanceof TypeError)) throw error;
    }
  }
  throw new UnreadableFileError({
    zh: '这个文件不是文字表格：既不是 UTF-8，也不是 GBK。请另存为 CSV（UTF-8）或 XLSX 再试。',
    en: 'This file is no table of text, neither UTF-8 nor GBK. Save it as CSV (UTF-8) or XLSX and try again.',
  });
}
