;; The inner loops of Reed-Solomon coding: rows of results, each a combination of sources over GF(2^8).
;;
;; A product with a constant c is two table look-ups, one for each half of a byte: c * x = low[x & 15] ^ high[x >> 4].
;; i8x16.swizzle makes sixteen of them at once. Both tables of c lie at byte 32 * c: sixteen bytes low, sixteen high.
;;
;; Memory (galois-field.ts lays it out): tables of all 256 constants at 0, then whatever its caller puts there. Results are
;; `stride` bytes apart, a multiple of 16, and sources `unit` bytes; of each, `stride` bytes are read. Results are added to.
(module
  (memory (export "memory") 7)

  ;; results[0..3] += for each column: matrix[row][column] * source[column]
  ;; Four rows share the reading of a source and the splitting of its bytes; eight tables are as many as registers hold.
  (func (export "combineFour")
    (param $results i32) (param $stride i32) (param $sources i32) (param $unit i32)
    (param $matrix i32) (param $pitch i32) (param $columns i32)
    (local $end i32) (local $at i32) (local $source i32) (local $table i32)
    (local $r1 i32) (local $r2 i32) (local $r3 i32)
    (local $low0 v128) (local $low1 v128) (local $low2 v128) (local $low3 v128)
    (local $high0 v128) (local $high1 v128) (local $high2 v128) (local $high3 v128)
    (local $x v128) (local $low v128)
    (local.set $r1 (local.get $stride))
    (local.set $r2 (i32.mul (local.get $stride) (i32.const 2)))
    (local.set $r3 (i32.mul (local.get $stride) (i32.const 3)))
    (local.set $end (i32.add (local.get $results) (local.get $stride)))
    (loop $column
      (local.set $table (i32.shl (i32.load8_u (local.get $matrix)) (i32.const 5)))
      (local.set $low0 (v128.load (local.get $table)))
      (local.set $high0 (v128.load offset=16 (local.get $table)))
      (local.set $table
        (i32.shl (i32.load8_u (i32.add (local.get $matrix) (local.get $pitch))) (i32.const 5)))
      (local.set $low1 (v128.load (local.get $table)))
      (local.set $high1 (v128.load offset=16 (local.get $table)))
      (local.set $table
        (i32.shl
          (i32.load8_u (i32.add (local.get $matrix) (i32.mul (local.get $pitch) (i32.const 2)))) (i32.const 5)))
      (local.set $low2 (v128.load (local.get $table)))
      (local.set $high2 (v128.load offset=16 (local.get $table)))
      (local.set $table
        (i32.shl
          (i32.load8_u (i32.add (local.get $matrix) (i32.mul (local.get $pitch) (i32.const 3)))) (i32.const 5)))
      (local.set $low3 (v128.load (local.get $table)))
      (local.set $high3 (v128.load offset=16 (local.get $table)))

      (local.set $source (local.get $sources))
      (local.set $at (local.get $results))
      (loop $bytes
        (local.set $x (v128.load (local.get $source)))
        (local.set $low (v128.and (local.get $x) (v128.const i8x16 15 15 15 15 15 15 15 15 15 15 15 15 15 15 15 15)))
        (local.set $x (i8x16.shr_u (local.get $x) (i32.const 4)))
        (v128.store (local.get $at)
          (v128.xor (v128.load (local.get $at))
            (v128.xor
              (i8x16.swizzle (local.get $low0) (local.get $low))
              (i8x16.swizzle (local.get $high0) (local.get $x)))))
        (v128.store (i32.add (local.get $at) (local.get $r1))
          (v128.xor (v128.load (i32.add (local.get $at) (local.get $r1)))
            (v128.xor
              (i8x16.swizzle (local.get $low1) (local.get $low))
              (i8x16.swizzle (local.get $high1) (local.get $x)))))
        (v128.store (i32.add (local.get $at) (local.get $r2))
          (v128.xor (v128.load (i32.add (local.get $at) (local.get $r2)))
            (v128.xor
              (i8x16.swizzle (local.get $low2) (local.get $low))
              (i8x16.swizzle (local.get $high2) (local.get $x)))))
        (v128.store (i32.add (local.get $at) (local.get $r3))
          (v128.xor (v128.load (i32.add (local.get $at) (local.get $r3)))
            (v128.xor
              (i8x16.swizzle (local.get $low3) (local.get $low))
              (i8x16.swizzle (local.get $high3) (local.get $x)))))
        (local.set $source (i32.add (local.get $source) (i32.const 16)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $bytes (i32.lt_u (local.get $at) (local.get $end))))

      (local.set $sources (i32.add (local.get $sources) (local.get $unit)))
      (local.set $matrix (i32.add (local.get $matrix) (i32.const 1)))
      (local.set $columns (i32.sub (local.get $columns) (i32.const 1)))
      (br_if $column (local.get $columns))))

  ;; The same for one row.
  (func (export "combineOne")
    (param $results i32) (param $stride i32) (param $sources i32) (param $unit i32)
    (param $matrix i32) (param $columns i32)
    (local $end i32) (local $at i32) (local $source i32) (local $table i32)
    (local $lows v128) (local $highs v128) (local $x v128)
    (local.set $end (i32.add (local.get $results) (local.get $stride)))
    (loop $column
      (local.set $table (i32.shl (i32.load8_u (local.get $matrix)) (i32.const 5)))
      (local.set $lows (v128.load (local.get $table)))
      (local.set $highs (v128.load offset=16 (local.get $table)))
      (local.set $source (local.get $sources))
      (local.set $at (local.get $results))
      (loop $bytes
        (local.set $x (v128.load (local.get $source)))
        (v128.store (local.get $at)
          (v128.xor (v128.load (local.get $at))
            (v128.xor
              (i8x16.swizzle (local.get $lows)
                (v128.and (local.get $x) (v128.const i8x16 15 15 15 15 15 15 15 15 15 15 15 15 15 15 15 15)))
              (i8x16.swizzle (local.get $highs) (i8x16.shr_u (local.get $x) (i32.const 4))))))
        (local.set $source (i32.add (local.get $source) (i32.const 16)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $bytes (i32.lt_u (local.get $at) (local.get $end))))
      (local.set $sources (i32.add (local.get $sources) (local.get $unit)))
      (local.set $matrix (i32.add (local.get $matrix) (i32.const 1)))
      (local.set $columns (i32.sub (local.get $columns) (i32.const 1)))
      (br_if $column (local.get $columns)))))
