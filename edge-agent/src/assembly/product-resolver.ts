import type { Catalogue, Product } from '@livecue/shared/contract';

/** Shop ids and seller codes → the catalogue's product id. What the catalogue does not know keeps its own id. */
export function createProductResolver(catalogue: Catalogue): (ref: { productID?: string; sku?: string }) => string {
  const known = new Map<string, string>();
  for (const product of catalogue.products) {
    known.set(product.productId, product.productId);
    for (const sku of product.skus) known.set(sku, product.productId);
  }
  return ({ productID, sku }) =>
    (productID !== undefined ? known.get(productID) : undefined) ??
    (sku !== undefined ? known.get(sku) : undefined) ??
    productID ??
    sku ??
    '';
}

export function productById(catalogue: Catalogue): (productId: string) => Product | undefined {
  const byId = new Map(catalogue.products.map((product) => [product.productId, product]));
  return (productId) => byId.get(productId);
}
