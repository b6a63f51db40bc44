import { FaqEntry, Product, type Catalogue, type ImportProblem } from '@livecue/shared/contract';
import type { ConvertedRow } from './row-products.ts';
import { problem } from './table.ts';

interface Wire {
  readonly version: 1;
  readonly products: readonly unknown[];
  readonly faq?: readonly unknown[];
}

export interface OwnProducts {
  readonly rows: readonly ConvertedRow[];
  readonly problems: readonly ImportProblem[];
  readonly faq: Catalogue['faq'];
}

/** Is this a catalogue as this program writes it? Then nothing is mapped, and all of it is taken. */
export function isOwnCatalogue(value: unknown): value is Wire {
  const { version, products } = (value ?? {}) as { version?: unknown; products?: unknown };
  return version === 1 && Array.isArray(products);
}

export function ownProducts({ products, faq }: Wire): OwnProducts {
  const problems: ImportProblem[] = [];
  const taken = new Map<string, number>();
  const rows = products.map((value, i): ConvertedRow => {
    const row = i + 1;
    const parsed = Product.safeParse(value);
    if (!parsed.success) {
      const issue = parsed.error.issues[0]!;
      problems.push(problem(row, issue.path.join('.') || null, textAt(value, issue.path), `不符合格式：${issue.message}`, issue.message)); // prettier-ignore
      return { row, product: null };
    }
    const { productId, linkNumber, skus } = parsed.data;
    const claims: [string, string, string][] = [['productId', 'id', productId], ...skus.map((sku): [string, string, string] => ['skus', 'sku', sku])]; // prettier-ignore
    if (linkNumber !== null) claims.push(['linkNumber', 'link', String(linkNumber)]);
    const repeated = claims.find(([, kind, one]) => taken.has(`${kind}/${one}`));
    if (repeated !== undefined) {
      const first = taken.get(`${repeated[1]}/${repeated[2]}`)!;
      problems.push(problem(row, repeated[0], repeated[2], `第 ${first} 个商品已经用了`, `product ${first} has it already`)); // prettier-ignore
      return { row, product: null };
    }
    for (const [, kind, one] of claims) taken.set(`${kind}/${one}`, row);
    return { row, product: parsed.data };
  });
  return { rows, problems, faq: faqOf(faq, problems) };
}

function faqOf(faq: readonly unknown[] | undefined, problems: ImportProblem[]): Catalogue['faq'] {
  return faq?.flatMap((value, i) => {
    const parsed = FaqEntry.safeParse(value);
    if (parsed.success) return [parsed.data];
    const issue = parsed.error.issues[0]!;
    problems.push(problem(null, `faq.${i}.${issue.path.join('.')}`, textAt(value, issue.path), `第 ${i + 1} 条问答不符合格式，没有导入：${issue.message}`, `answer ${i + 1} is left out: ${issue.message}`)); // prettier-ignore
    return [];
  });
}

function textAt(value: unknown, path: readonly PropertyKey[]): string {
  let at = value;
  for (const key of path) at = (at as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return at === undefined ? '' : typeof at === 'string' ? at : JSON.stringify(at);
}
