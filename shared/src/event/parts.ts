import * as z from 'zod';
import { Currency, Decimal } from './money.ts';

/** Platform ids are strings however they look: 64-bit numbers lose digits as JavaScript numbers. */
export const Identifier = z.string().min(1).max(512);
export type Identifier = z.infer<typeof Identifier>;

/** RFC 3339 date-time, with or without fraction, any offset. */
export const DateTime = z.iso.datetime({ offset: true }).describe('RFC 3339 date-time');
export type DateTime = z.infer<typeof DateTime>;

export const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

export const Role = z.enum(['host', 'moderator', 'member', 'vip', 'verified', 'staff']);
export type Role = z.infer<typeof Role>;

export const Person = z.object({
  identifier: Identifier,
  name: z.string().max(512).optional(),
  image: z.string().max(2048).optional(),
  roles: z.array(Role).max(6).optional(),
  membershipLevel: z.string().max(128).optional(),
});
export type Person = z.infer<typeof Person>;

/** schema.org Product; an event names it by the shop's id, the seller's code, or both. */
export const ProductReference = z.object({
  productID: Identifier,
  sku: Identifier.optional(),
  name: z.string().max(1024).optional(),
});
export type ProductReference = z.infer<typeof ProductReference>;

export const OrderedItem = z.object({
  productID: Identifier.optional(),
  sku: Identifier.optional(),
  name: z.string().max(1024).optional(),
  orderQuantity: Count,
  price: Decimal.optional(),
});
export type OrderedItem = z.infer<typeof OrderedItem>;

export const MonetaryAmount = z.object({ value: Decimal, currency: Currency });
export type MonetaryAmount = z.infer<typeof MonetaryAmount>;

export const OrderStatus = z.enum([
  'OrderPaymentDue',
  'OrderProcessing',
  'OrderPickupAvailable',
  'OrderInTransit',
  'OrderDelivered',
  'OrderCancelled',
  'OrderReturned',
  'OrderProblem',
]);
export type OrderStatus = z.infer<typeof OrderStatus>;
