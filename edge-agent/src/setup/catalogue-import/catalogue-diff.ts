import { CatalogueField, PREVIEW_LIST_MAX, type Catalogue, type CatalogueDiff, type FieldChange, type Product } from '@livecue/shared/contract'; // prettier-ignore

type Compared = FieldChange['field'];

const COMPARED: readonly Compared[] = [...CatalogueField.options.filter((field) => field !== 'name'), 'faq'];

/** What a product says under a field, as a person reads it; null: nothing. */
function told(product: Product, field: Compared): string | null {
  if (field.startsWith('fact.')) {
    const words = product.facts[field.slice('fact.'.length) as keyof Product['facts']];
    return words === undefined ? null : words.zh === words.en ? words.zh : `${words.zh} / ${words.en}`;
  }
  if (field === 'nameZh') return product.name.zh;
  if (field === 'nameEn') return product.name.en;
  if (field === 'faq') return product.faq === undefined ? null : product.faq.map(({ question, answer }) => `${question ?? ''} → ${answer}`).join('\n'); // prettier-ignore
  const value = product[field as Exclude<keyof Product, 'name' | 'facts' | 'faq'>];
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(', ');
  return value === null || value === undefined ? null : String(value);
}

export function changesOf(before: Product, after: Product): FieldChange[] {
  return COMPARED.flatMap((field) => {
    const [was, is] = [told(before, field), told(after, field)];
    return was === is ? [] : [{ field, before: was, after: is }];
  });
}

/**
 * The catalogue after the import. Products of the file come first, in its order; those that are not in it are kept
 * behind them unless `removeGone`, and give up link numbers and seller codes that the file gives to others.
 */
export function mergedCatalogue(
  present: Catalogue,
  imported: readonly Product[],
  options: { readonly removeGone: boolean; readonly faq?: Catalogue['faq'] },
): Catalogue {
  const ids = new Set(imported.map(({ productId }) => productId));
  const links = new Set(imported.flatMap(({ linkNumber }) => (linkNumber === null ? [] : [linkNumber])));
  const codes = new Set(imported.flatMap(({ productId, skus }) => [productId, ...skus]));
  const kept = options.removeGone
    ? []
    : present.products
        .filter(({ productId }) => !ids.has(productId))
        .map((product) => ({
          ...product,
          linkNumber: product.linkNumber !== null && links.has(product.linkNumber) ? null : product.linkNumber,
          skus: product.skus.filter((sku) => !codes.has(sku)),
        }));
  const faq = options.faq ?? present.faq;
  return { version: 1, products: [...imported, ...kept], ...(faq === undefined ? {} : { faq }) };
}

/** What stands in `after` and not in `before`, and the other way round; `gone` as if all that the file lacks went. */
export function catalogueDiff(before: Catalogue, after: Catalogue, imported: readonly Product[]): CatalogueDiff {
  const was = new Map(before.products.map((product) => [product.productId, product]));
  const inFile = new Set(imported.map(({ productId }) => productId));
  const added = after.products.filter(({ productId }) => !was.has(productId));
  const changed = after.products.flatMap((product) => {
    const old = was.get(product.productId);
    const changes = old === undefined ? [] : changesOf(old, product);
    return changes.length === 0 ? [] : [{ ...named(product), changes }];
  });
  const gone = before.products.filter(({ productId }) => !inFile.has(productId));
  const unchanged = after.products.length - added.length - changed.length;
  return {
    counts: { added: added.length, changed: changed.length, gone: gone.length, unchanged },
    added: added.slice(0, PREVIEW_LIST_MAX).map(named),
    changed: changed.slice(0, PREVIEW_LIST_MAX),
    gone: gone.slice(0, PREVIEW_LIST_MAX).map(named),
  };
}

const named = ({ productId, linkNumber, name }: Product) => ({ productId, linkNumber, name });
