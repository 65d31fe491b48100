// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <map>

#include "reference.hpp"

// Contractions by the book: a loop over every letter of a specification such as "ij,jk->ik".
namespace reference {

using laws::flat;

struct plain_array {
  numbers x;
  std::vector<index_t> shape;
};
template <class V>
plain_array plain(const V& v) {
  plain_array a{flat(v), {}};
  const auto t = functra::eval(v);
  for (int i = 0; i < t.rank(); ++i) a.shape.push_back(t.extent(i));
  return a;
}

inline numbers naive_einsum(const std::string& spec, const std::vector<plain_array>& operands) {
  std::vector<std::string> words(1);
  const auto arrow = spec.find("->");
  for (const char c : spec.substr(0, arrow))
    if (c == ',') words.emplace_back();
    else words.back() += c;
  const std::string out = spec.substr(arrow + 2);
  std::map<char, index_t> extent;
  for (std::size_t k = 0; k < words.size(); ++k)
    for (std::size_t i = 0; i < words[k].size(); ++i) extent[words[k][i]] = operands[k].shape[i];
  std::string letters = out;  // those of the result outermost
  for (const auto& [c, n] : extent)
    if (letters.find(c) == std::string::npos) letters += c;
  index_t results = 1, terms = 1;
  for (std::size_t i = 0; i < letters.size(); ++i) (i < out.size() ? results : terms) *= extent[letters[i]];
  numbers y;
  for (index_t r = 0; r < results; ++r) {
    long double sum = 0;
    for (index_t t = 0; t < terms; ++t) {
      std::map<char, index_t> at;
      index_t rest = r * terms + t;
      for (std::size_t i = letters.size(); i-- > 0; rest /= extent[letters[i]]) at[letters[i]] = rest % extent[letters[i]];
      long double product = 1;
      for (std::size_t k = 0; k < words.size(); ++k) {
        index_t offset = 0;
        for (std::size_t i = 0; i < words[k].size(); ++i) offset = offset * operands[k].shape[i] + at[words[k][i]];
        product *= static_cast<long double>(operands[k].x[static_cast<std::size_t>(offset)]);
      }
      sum += product;
    }
    y.push_back(static_cast<double>(sum));
  }
  return y;
}
template <class... V>
numbers naive(const std::string& spec, const V&... v) {
  return naive_einsum(spec, {plain(v)...});
}

// A tensor of small integers, so that every sum is exact.
template <class T, index_t... E, class... N>
Tensor<T, E...> integers(int stream, N... n) {
  auto x = [&] {
    if constexpr (sizeof...(N) == 0) return Tensor<T, E...>();
    else return Tensor<T, E...>(functra::extents<E...>(n...));
  }();
  for (index_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = static_cast<T>(static_cast<int>(laws::noise(stream, i) * 19) - 9);
  return x;
}

}  // namespace reference
