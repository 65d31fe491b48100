// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <fstream>
#include <functra/functra.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

// Handwritten digits, 8 x 8 pixels each: read from a file, written as pictures.
namespace example {

inline constexpr functra::index_t side = 8, pixels = side * side;

struct Digits {
  functra::Tensor<double, functra::dyn, pixels> pictures;  // one a row; 0 is paper, 1 is ink
  functra::Tensor<std::int64_t, functra::dyn> labels;      // what each shows, 0 to 9

  functra::index_t count() const { return labels.size(); }
  // Those with the given numbers, in that order.
  Digits pick(const functra::Tensor<std::int64_t, functra::dyn>& numbers) const {
    return {take(pictures, numbers, functra::dim<0>), take(labels, numbers, functra::dim<0>)};
  }
};

// Reads a digit a line: 64 grey values from 0 to 16 and the label, separated by commas.
inline Digits read_digits(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<double> grey;
  std::vector<std::int64_t> labels;
  char comma = 0;
  for (double value = 0; file >> value;) {
    grey.push_back(value / 16);
    for (functra::index_t i = 1; i < pixels; ++i) {
      file >> comma >> value;
      grey.push_back(value / 16);
    }
    file >> comma >> labels.emplace_back();
    if (!file) throw std::runtime_error(path + ": line " + std::to_string(labels.size()) + " is not a digit");
  }
  return {reshape(functra::tensor(grey), static_cast<functra::index_t>(labels.size()), pixels), functra::tensor(labels)};
}

// A picture in letters, the darker the more ink: 8 lines of 16.
inline std::vector<std::string> in_letters(const functra::Tensor<double, pixels>& picture) {
  const std::string shades = " .:-=+*#%@";
  std::vector<std::string> lines(side);
  for (functra::index_t i = 0; i < pixels; ++i) {
    const auto shade = static_cast<std::size_t>(picture(i) * 9 + 0.5);
    lines[static_cast<std::size_t>(i / side)] += std::string(2, shades[shade]);
  }
  return lines;
}

// Writes a picture as a PGM file, black ink on white paper, with each pixel `scale` pixels wide and high.
inline void write_pgm(const std::string& path, const functra::Tensor<double, pixels>& picture, functra::index_t scale) {
  std::ofstream file(path, std::ios::binary);
  const functra::index_t width = side * scale;
  file << "P5\n" << width << ' ' << width << "\n255\n";
  for (functra::index_t row = 0; row < width; ++row)
    for (functra::index_t column = 0; column < width; ++column)
      file.put(static_cast<char>(static_cast<unsigned char>(255 - 255 * picture(row / scale * side + column / scale))));
  if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace example
