// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "functra/lanes/pack.hpp"

//  The quantile of the standard normal distribution, x with Phi(x) = p, to about 16 digits: rational functions in three regions.
//  M. J. Wichura: Algorithm AS 241: the percentage points of the normal distribution. Applied Statistics 37 (1988), PPND16.
//
//  It is made of + - * / and sqrt only, each rounded as IEEE 754 says, so that its bits are the same on every machine: the
//  logarithm is its own, and products are kept from being fused into sums. (-ffast-math changes the last bits.)
namespace functra::detail {

// a b, rounded. g++ fuses the products of an expression into its sums, unless a barrier stands between them.
template <int N>
FUNCTRA_INLINE lanes::pack<double, N> rounded_product(lanes::pack<double, N> a, lanes::pack<double, N> b) {
  using P = lanes::pack<double, N>;
  if constexpr (P::is_split) return P::join(rounded_product(a.lo, b.lo), rounded_product(a.hi, b.hi));
#if __has_builtin(__builtin_assoc_barrier)
  else return P::from_raw(__builtin_assoc_barrier(a.raw() * b.raw()));
#else
  else return a * b;
#endif
}
inline double rounded_product(double a, double b) { return rounded_product<1>(a, b).value; }

// c0 + c1 x + c2 x^2 + ...
template <class P, std::size_t N>
FUNCTRA_INLINE P polynomial(P x, const double (&c)[N]) {
  P p = c[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) p = rounded_product(p, x) + P(c[i]);
  return p;
}

// log x for normal x > 0, to about 1 ulp where x is not close to 1: x = 2^e m with m in [sqrt(1/2), sqrt(2)), and
// log m = 2 artanh(s), s = (m - 1) / (m + 1). Coefficients: fdlibm, e_log.c (Sun Microsystems, 1993).
template <int N>
FUNCTRA_INLINE lanes::pack<double, N> reproducible_log(lanes::pack<double, N> x) {
  using P = lanes::pack<double, N>;
  using B = lanes::pack<std::uint64_t, N>;
  const B one = 0x3ff0000000000000U, root_half = 0x3fe6a09e00000000U;
  const B bits = lanes::bit_cast<std::uint64_t>(x);
  const B biased = (bits + (one - root_half)) >> 52;
  const P m = lanes::bit_cast<double>(bits - (biased << 52) + one);
  const P e = lanes::bit_cast<double>(biased | B(0x4330000000000000U)) - P(0x1p52 + 1023.0);
  const P s = (m - P(1.0)) / (m + P(1.0));
  const P z = rounded_product(s, s);
  const P r = rounded_product(z, polynomial(z, {6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01,
                                            2.222219843214978396e-01, 1.818357216161805012e-01, 1.531383769920937332e-01,
                                            1.479819860511658591e-01}));
  const P low = rounded_product(e, P(1.90821492927058770002e-10)) + rounded_product(s, r);
  return rounded_product(e, P(6.93147180369123816490e-01)) + (s + s + low);
}

// The quantile at 1/2 + q, for |q| < 1/2.
template <int N>
FUNCTRA_INLINE lanes::pack<double, N> normal_quantile(lanes::pack<double, N> q) {
  using P = lanes::pack<double, N>;
  const P size = lanes::abs(q);
  P r = P(0.180625) - rounded_product(q, q);
  const P middle = rounded_product(
      q, polynomial(r, {3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
                    4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3}) /
             polynomial(r, {1.0, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3, 2.1213794301586595867e+4,
                        3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3}));
  const auto in_tail = size > P(0.425);
  if (!lanes::any(in_tail)) return middle;

  // In the tails, a function of r = sqrt(-log(1/2 - |q|)).
  r = lanes::sqrt(-reproducible_log(P(0.5) - size));
  P t = r - P(1.6);
  P tail = polynomial(t, {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
                      1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4}) /
           polynomial(t, {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
                      1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9});
  const auto far = r > P(5.0);
  if (lanes::any(far)) {
    t = r - P(5.0);
    tail = lanes::select(
        far,
        polynomial(t, {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
                   2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7}) /
            polynomial(t, {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
                       1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}),
        tail);
  }
  return lanes::select(in_tail, lanes::copysign(tail, q), middle);
}

}  // namespace functra::detail
