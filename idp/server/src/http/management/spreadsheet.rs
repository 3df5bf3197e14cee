//! Lines of CSV (RFC 4180), for spreadsheets that run what begins like a formula.

/// A line of these cells.
pub(super) fn line(cells: &[String]) -> Vec<u8> {
    let cells: Vec<String> = cells.iter().map(|cell| quoted(&defused(cell))).collect();
    (cells.join(",") + "\r\n").into_bytes()
}

/// A cell that a spreadsheet would run gets an apostrophe in front, which makes it a text.
fn defused(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

fn quoted(cell: &str) -> String {
    if cell.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{defused, quoted};

    #[test]
    fn no_cell_begins_like_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(defused(formula), format!("'{formula}"));
        }
        assert_eq!(defused("a=1"), "a=1");
        assert_eq!(defused(""), "");
    }

    #[test]
    fn separators_stay_in_their_cell() {
        assert_eq!(quoted("Chan, Tai \"Man\""), "\"Chan, Tai \"\"Man\"\"\"");
        assert_eq!(quoted("a\nb"), "\"a\nb\"");
        assert_eq!(quoted("plain"), "plain");
    }
}
