;; The two loops in which text models spend their time, four numbers at once. `text-kernel.ts` owns the memory and
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
        (br $columns))))

  ;; Filters over characters, sixteen at a time: the greatest of 0 and, at every place, bias and what each character
  ;; in reach adds. $places: the rows of the characters, with rows of zeros for what lies outside the text; $from: bytes
  ;; from a row's beginning to this model's; $reach: characters that a filter sees; $step: bytes from what a character
  ;; adds at one of these to what it adds at the next; $filters: bytes of one output, a multiple of 64.
  (func (export "findPeaks")
    (param $places i32) (param $count i32) (param $from i32) (param $reach i32) (param $step i32)
    (param $bias i32) (param $filters i32) (param $out i32)
    (local $at i32) (local $place i32) (local $seen i32) (local $last i32) (local $row i32) (local $shift i32)
    (local $b0 v128) (local $b1 v128) (local $b2 v128) (local $b3 v128)
    (local $s0 v128) (local $s1 v128) (local $s2 v128) (local $s3 v128)
    (local $p0 v128) (local $p1 v128) (local $p2 v128) (local $p3 v128)
    (local.set $at (i32.const 0))
    (block $done
      (loop $columns
        (br_if $done (i32.ge_u (local.get $at) (local.get $filters)))
        (local.set $b0 (v128.load (i32.add (local.get $bias) (local.get $at))))
        (local.set $b1 (v128.load offset=16 (i32.add (local.get $bias) (local.get $at))))
        (local.set $b2 (v128.load offset=32 (i32.add (local.get $bias) (local.get $at))))
        (local.set $b3 (v128.load offset=48 (i32.add (local.get $bias) (local.get $at))))
        (local.set $p0 (v128.const f32x4 0 0 0 0))
        (local.set $p1 (v128.const f32x4 0 0 0 0))
        (local.set $p2 (v128.const f32x4 0 0 0 0))
        (local.set $p3 (v128.const f32x4 0 0 0 0))
        (local.set $place (local.get $places))
        (local.set $last (i32.add (local.get $places) (i32.shl (local.get $count) (i32.const 2))))
        (block $ended
          (loop $each
            (br_if $ended (i32.ge_u (local.get $place) (local.get $last)))
            (local.set $s0 (local.get $b0))
            (local.set $s1 (local.get $b1))
            (local.set $s2 (local.get $b2))
            (local.set $s3 (local.get $b3))
            (local.set $seen (i32.const 0))
            (local.set $shift (i32.add (local.get $from) (local.get $at)))
            (block $added
              (loop $near
                (br_if $added (i32.ge_u (local.get $seen) (local.get $reach)))
                (local.set $row (i32.add
                  (i32.load (i32.add (local.get $place) (i32.shl (local.get $seen) (i32.const 2))))
                  (local.get $shift)))
                (local.set $s0 (f32x4.add (local.get $s0) (v128.load (local.get $row))))
                (local.set $s1 (f32x4.add (local.get $s1) (v128.load offset=16 (local.get $row))))
                (local.set $s2 (f32x4.add (local.get $s2) (v128.load offset=32 (local.get $row))))
                (local.set $s3 (f32x4.add (local.get $s3) (v128.load offset=48 (local.get $row))))
                (local.set $shift (i32.add (local.get $shift) (local.get $step)))
                (local.set $seen (i32.add (local.get $seen) (i32.const 1)))
                (br $near)))
            (local.set $p0 (f32x4.pmax (local.get $p0) (local.get $s0)))
            (local.set $p1 (f32x4.pmax (local.get $p1) (local.get $s1)))
            (local.set $p2 (f32x4.pmax (local.get $p2) (local.get $s2)))
            (local.set $p3 (f32x4.pmax (local.get $p3) (local.get $s3)))
            (local.set $place (i32.add (local.get $place) (i32.const 4)))
            (br $each)))
        (v128.store (i32.add (local.get $out) (local.get $at)) (local.get $p0))
        (v128.store offset=16 (i32.add (local.get $out) (local.get $at)) (local.get $p1))
        (v128.store offset=32 (i32.add (local.get $out) (local.get $at)) (local.get $p2))
        (v128.store offset=48 (i32.add (local.get $out) (local.get $at)) (local.get $p3))
        (local.set $at (i32.add (local.get $at) (i32.const 64)))
        (br $columns)))))
