;; The loop in which text models spend their time, four numbers at once. `text-kernel.ts` owns the memory and
;; says where things lie in it: all parameters are addresses in bytes, unless said. Built by `node scripts/wasm.mjs`.
(module
  (memory (import "kernel" "memory") 1)

  ;; Sums of the n-grams' int8 rows, times weight and scale, sixteen columns at a time.
  ;; $ids: i32 each, replaced by the addresses of their rows; $factors: room for 16 bytes an n-gram;
  ;; $scales: four f32 a row, one for each model; $models: for every four columns the place of their model's scale, i32.
  (func (export "sumGrams")
    (param $ids i32) (param $weights i32) (param $count i32) (param $factors i32)
    (param $rows i32) (param $stride i32) (param $scales i32) (param $buckets i32)
    (param $models i32) (param $blocks i32) (param $out i32)
    (local $i i32) (local $id i32) (local $block i32) (local $factor i32)
    (local $m0 i32) (local $m1 i32) (local $m2 i32) (local $m3 i32)
    (local $sixteen v128) (local $half v128)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local.set $i (i32.const 0))
    (block $located
      (loop $each
        (br_if $located (i32.ge_u (local.get $i) (local.get $count)))
        (local.set $id (i32.rem_u (i32.load (i32.add (local.get $ids) (i32.shl (local.get $i) (i32.const 2)))) (local.get $buckets)))
        (v128.store
          (i32.add (local.get $factors) (i32.shl (local.get $i) (i32.const 4)))
          (f32x4.mul
            (v128.load (i32.add (local.get $scales) (i32.shl (local.get $id) (i32.const 4))))
            (v128.load32_splat (i32.add (local.get $weights) (i32.shl (local.get $i) (i32.const 2))))))
        (i32.store
          (i32.add (local.get $ids) (i32.shl (local.get $i) (i32.const 2)))
          (i32.add (local.get $rows) (i32.mul (local.get $id) (local.get $stride))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $each)))
    (local.set $block (i32.const 0))
    (block $done
      (loop $columns
        (br_if $done (i32.ge_u (local.get $block) (local.get $blocks)))
        (local.set $m0 (i32.load (local.get $models)))
        (local.set $m1 (i32.load offset=4 (local.get $models)))
        (local.set $m2 (i32.load offset=8 (local.get $models)))
        (local.set $m3 (i32.load offset=12 (local.get $models)))
        (local.set $s0 (v128.const f32x4 0 0 0 0))
        (local.set $s1 (v128.const f32x4 0 0 0 0))
        (local.set $s2 (v128.const f32x4 0 0 0 0))
        (local.set $s3 (v128.const f32x4 0 0 0 0))
        (local.set $i (i32.const 0))
        (local.set $factor (local.get $factors))
        (block $summed
          (loop $each
            (br_if $summed (i32.ge_u (local.get $i) (local.get $count)))
            (local.set $sixteen
              (v128.load (i32.add
                (i32.load (i32.add (local.get $ids) (i32.shl (local.get $i) (i32.const 2))))
                (i32.shl (local.get $block) (i32.const 4)))))
            (local.set $half (i16x8.extend_low_i8x16_s (local.get $sixteen)))
            (local.set $s0 (f32x4.add (local.get $s0) (f32x4.mul
              (v128.load32_splat (i32.add (local.get $factor) (local.get $m0)))
              (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (local.get $half))))))
            (local.set $s1 (f32x4.add (local.get $s1) (f32x4.mul
              (v128.load32_splat (i32.add (local.get $factor) (local.get $m1)))
              (f32x4.convert_i32x4_s (i32x4.extend_high_i16x8_s (local.get $half))))))
            (local.set $half (i16x8.extend_high_i8x16_s (local.get $sixteen)))
            (local.set $s2 (f32x4.add (local.get $s2) (f32x4.mul
              (v128.load32_splat (i32.add (local.get $factor) (local.get $m2)))
              (f32x4.convert_i32x4_s (i32x4.extend_low_i16x8_s (local.get $half))))))
            (local.set $s3 (f32x4.add (local.get $s3) (f32x4.mul
              (v128.load32_splat (i32.add (local.get $factor) (local.get $m3)))
              (f32x4.convert_i32x4_s (i32x4.extend_high_i16x8_s (local.get $half))))))
            (local.set $factor (i32.add (local.get $factor) (i32.const 16)))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $each)))
        (v128.store (local.get $out) (local.get $s0))
        (v128.store offset=16 (local.get $out) (local.get $s1))
        (v128.store offset=32 (local.get $out) (local.get $s2))
        (v128.store offset=48 (local.get $out) (local.get $s3))
        (local.set $out (i32.add (local.get $out) (i32.const 64)))
        (local.set $models (i32.add (local.get $models) (i32.const 16)))
        (local.set $block (i32.add (local.get $block) (i32.const 1)))
        (br $columns)))))
