import * as z from 'zod';

// Imported first: the page's policy forbids `new Function`, which zod would otherwise try once.
z.config({ jitless: true });
