//! The stylesheet's colours, light and dark, against WCAG 2.2: 4.5:1 for text (§1.4.3), 3:1 for what marks a
//! control or its focus (§1.4.11).

use std::collections::HashMap;

const STYLESHEET: &str = include_str!("../../../../assets/countersign.css");

const TEXT: [(&str, &str); 14] = [
    ("ink", "ground"),
    ("ink", "paper"),
    ("ink-soft", "ground"),
    ("ink-soft", "paper"),
    ("ink-soft", "tint"),
    ("link", "ground"),
    ("link", "paper"),
    ("primary-text", "primary"),
    ("primary-text", "primary-hover"),
    ("bad", "bad-ground"),
    ("bad", "ground"),
    ("good", "good-ground"),
    ("brand-text", "brand"),
    ("brand-soft", "brand"),
];

const CONTROLS: [(&str, &str); 5] = [
    ("line-strong", "ground"),
    ("line-strong", "paper"),
    ("focus", "ground"),
    ("focus", "paper"),
    ("bad", "paper"),
];

type Palette = HashMap<&'static str, [f64; 3]>;

/// The light palette, and the dark one over it.
fn palettes() -> [Palette; 2] {
    let blocks: Vec<&str> =
        STYLESHEET.split(":root {").skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
    let light = colours(blocks[0]);
    let mut dark = light.clone();
    dark.extend(colours(blocks[1]));
    assert!(contrast(dark["ground"], light["ground"]) > 3.0, "two palettes were read");
    [light, dark]
}

fn colours(block: &'static str) -> Palette {
    let named = block
        .lines()
        .filter_map(|line| line.trim().strip_prefix("--")?.trim_end_matches(';').split_once(": #"));
    named.map(|(name, hex)| (name, [0, 2, 4].map(|at| linear(&hex[at..at + 2])))).collect()
}

fn linear(hex: &str) -> f64 {
    let value = f64::from(u8::from_str_radix(hex, 16).unwrap()) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let luminance = |[red, green, blue]: [f64; 3]| 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    (one / other).max(other / one)
}

#[test]
fn text_and_controls_stand_out() {
    for (theme, palette) in ["light", "dark"].iter().zip(palettes()) {
        for (pairs, least) in [(&TEXT[..], 4.5), (&CONTROLS[..], 3.0)] {
            for (front, back) in pairs {
                let ratio = contrast(palette[front], palette[back]);
                assert!(ratio >= least, "{theme}: {front} on {back} is {ratio:.2}, less than {least}");
            }
        }
    }
}
