import type { Catalogue, Product } from '@livecue/shared/contract';
import type { Intent } from '@livecue/shared/insight';
import type { Words } from '@livecue/shared/prompt';

/** One thing the shop says of itself, in its own words. */
export interface Fact {
  readonly factId: string;
  /** Null: of the whole shop. */
  readonly productId: string | null;
  /** What the product is called, so that a question that names it finds it; empty: not known. */
  readonly productName: string;
  /** The intent of the questions that it answers; null: not told. */
  readonly topic: Intent | null;
  /** Ways to ask for it, best first; none: it is found by its answer and topic. */
  readonly questions: readonly string[];
  /** Quoted as it stands, after `{price}` and `{stock}` are filled from what is live. */
  readonly answer: Words;
}

/** Facts of all products, then those of the shop. The id of a fact by topic is `<productId>/<topic>`. */
export function factsOf(catalogue: Catalogue): Fact[] {
  const facts = catalogue.products.flatMap(productFacts);
  for (const { factId, topic = null, question, answer } of catalogue.faq ?? []) {
    const questions = question === undefined ? [] : [question];
    facts.push({ factId, productId: null, productName: '', topic, questions, answer: { zh: answer, en: answer } });
  }
  return facts;
}

function productFacts(product: Product): Fact[] {
  const { productId } = product;
  const productName = [product.name.zh, product.name.en, ...product.aliases].join(' ');
  const asked = (product.faq ?? []).map(({ factId, topic = null, question, answer }): Fact => {
    const questions = question === undefined ? [] : [question];
    return { factId, productId, productName, topic, questions, answer: { zh: answer, en: answer } };
  });
  const filed = Object.entries(product.facts).map(([topic, answer]): Fact => {
    return { factId: `${productId}/${topic}`, productId, productName, topic: topic as Intent, questions: [], answer };
  });
  return [...asked, ...filed];
}
