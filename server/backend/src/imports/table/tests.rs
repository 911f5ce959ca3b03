//! What files may look like, and what is said of those that look otherwise.

use domain::error::Problem;
use domain::imports::BAD_CELLS_LISTED;

use super::rows::ROW_BYTES_AT_MOST;
use super::*;

const HEAD: &str = "agency,year,base,held,source\n";

/// Line, agency and source of each row, and the bad cells.
fn read(text: &str) -> (Vec<(u64, String, String)>, Bad) {
    let (table, mut bad, _) = Table::read(text, None, ImportKind::Baseline, 50_000).unwrap();
    let (mut rows, mut found) = (table.rows(), Vec::new());
    while let Some(row) = rows.next(&mut bad) {
        found.push((row.line(), row.get("agency").to_owned(), row.get("source").to_owned()));
    }
    (found, bad)
}

#[test]
fn separator_order_and_quotes_do_not_matter() {
    let comma = "agency,year,base,held,source\nSNV,2024,all,12,\"Báo cáo \"\"A\"\", số 5\"\n";
    let semicolon = "source;held; Year ;AGENCY;base;\r\n\"Báo cáo \"\"A\"\", số 5\";12;2024; SNV;all;\r\n";
    let tabs = semicolon.replace(';', "\t");
    let alone = semicolon.replace("\r\n", "\r");
    for text in [comma, semicolon, &tabs, &alone, comma.trim_end()] {
        let (rows, bad) = read(text);
        assert_eq!(bad.listed(), []);
        assert_eq!(rows, [(2, "SNV".to_owned(), "Báo cáo \"A\", số 5".to_owned())]);
    }
}

#[test]
fn lines_are_those_an_editor_shows() {
    for end in ["\n", "\r\n", "\r"] {
        let text = [
            "agency,year,base,held,source",
            "",
            "A,1,all,1,\"hai",
            "dòng\"",
            "",
            "",
            "B,2,all,2,x",
            ",,,,",
            "C,3,all,3,y",
        ];
        let (rows, _) = read(&text.join(end));
        let lines: Vec<(u64, &str)> = rows.iter().map(|(line, agency, _)| (*line, &**agency)).collect();
        assert_eq!(lines, [(3, "A"), (7, "B"), (9, "C")], "{end:?}");
    }
}

#[test]
fn a_header_that_does_not_fit_is_bad_on_its_line() {
    let (rows, bad) = read("agency,year,base,held,note,year\nSNV,2024,all,1,x,2\n");
    assert_eq!(rows, []);
    let found: Vec<_> = bad.listed().iter().map(|b| (b.line, b.column.clone(), b.problem.clone())).collect();
    let expected =
        [("note", Problem::Unknown), ("year", Problem::Repeated), ("source", Problem::ColumnMissing)];
    assert_eq!(found, expected.map(|(column, problem)| (1, column.to_owned(), problem)));
}

#[test]
fn a_row_with_more_cells_than_columns_is_bad() {
    let (_, bad) = read(&format!("{HEAD}SNV,2024,all,1,x,y\n"));
    let bad = bad.listed();
    assert_eq!((bad[0].line, bad[0].value.as_str()), (2, "y"));
    let (rows, bad) = read(&format!("{HEAD}SNV,2024,all,1,x{}\nB,2024,all,1,x\n", ",".repeat(500)));
    assert_eq!((rows.len(), bad.cells()), (2, 0), "empty ones do no harm");
    let (rows, bad) = read(&format!("{HEAD}SNV,2024,all,1,x{}z\nB,2024,all,1,x\n", ",".repeat(500)));
    assert_eq!((rows.len(), bad.listed()[0].value.as_str()), (2, "z"));
}

#[test]
fn a_row_without_end_is_one_bad_row_and_the_next_is_read() {
    let long = "x".repeat(ROW_BYTES_AT_MOST);
    let (rows, bad) = read(&format!("{HEAD}A,2024,all,1,{long}\nB,2024,all,1,x\n"));
    assert_eq!(rows.iter().map(|(line, ..)| *line).collect::<Vec<_>>(), [3]);
    assert_eq!(bad.listed()[0].problem, Problem::TooLong(ROW_BYTES_AT_MOST as u32));
    let open = format!("{HEAD}A,2024,all,1,\"{}", "x\n".repeat(ROW_BYTES_AT_MOST));
    let (_, bad) = read(&open);
    assert_eq!((bad.rows(), &bad.listed()[0].problem), (1, &Problem::QuoteOpen));
}

#[test]
fn rows_beyond_the_most_are_not_read_and_it_is_said() {
    let row = "A,2024,all,1,x\n";
    let (rows, bad) = read(&format!("{HEAD}{}", row.repeat(50_000)));
    assert_eq!((rows.len(), bad.cells(), bad.stopped_at()), (50_000, 0, None));
    let (rows, bad) = read(&format!("{HEAD}{}", row.repeat(50_002)));
    assert_eq!((rows.len(), bad.cells(), bad.stopped_at()), (50_000, 1, Some(50_002)));
    assert_eq!(bad.listed()[0].problem, Problem::TooMany(50_000));
    let open = "A,2024,all,1,\"x\n";
    let (rows, bad) = read(&format!("{HEAD}{}", open.repeat(120_000)));
    assert_eq!((rows.len(), bad.rows(), bad.stopped_at()), (0, 50_001, Some(100_002)), "nor bad ones");
}

#[test]
fn bad_cells_are_counted_and_only_the_first_are_kept() {
    let (rows, bad) = read(&format!("{HEAD}{}", "A,1,all,1,x,y\n".repeat(BAD_CELLS_LISTED + 5)));
    assert_eq!((rows.len(), bad.rows()), (BAD_CELLS_LISTED + 5, (BAD_CELLS_LISTED + 5) as u64));
    assert_eq!((bad.stopped_at(), bad.cells()), (None, (BAD_CELLS_LISTED + 5) as u64));
    assert_eq!(bad.listed().len(), BAD_CELLS_LISTED);
}

#[test]
fn reading_ends_where_a_row_holds_too_much() {
    let file = format!("{HEAD}A,1,all,1,x\nB,1,all,1,x\n");
    let (table, mut bad, _) = Table::read(&file, None, ImportKind::Baseline, 10).unwrap();
    let mut rows = table.rows();
    bad.stop(rows.next(&mut Bad::default()).unwrap(), "source", 7);
    assert!(rows.next(&mut bad).is_none());
    assert_eq!((bad.stopped_at(), bad.rows()), (Some(2), 1));
    assert_eq!(bad.listed()[0].problem, Problem::TooMany(7));
}

/// Line, column, value and problem of each bad cell.
fn found_bad(text: &str) -> Vec<(u64, String, Problem)> {
    let (_, bad) = read(text);
    bad.listed().into_iter().map(|bad| (bad.line, bad.value, bad.problem)).collect()
}

#[test]
fn a_line_that_tells_the_separator_is_obeyed_and_is_no_row() {
    for (first, separator) in [
        ("sep=;", ";"),
        ("SEP=,", ","),
        ("\"sep=;\"", ";"),
        ("sep=|", "|"),
        ("sep=;;;;", ";"),
        ("sep=\t", "\t"),
    ] {
        let row = |line: &str| line.replace(',', separator);
        for end in ["\r\n", "\n"] {
            let text = [first, &row("agency,year,base,held,source"), &row("SNV,2024,all,1,x")].join(end);
            let (rows, bad) = read(&text);
            assert_eq!(bad.listed(), [], "{first}");
            assert_eq!(rows, [(3, "SNV".to_owned(), "x".to_owned())], "{first}");
        }
    }
    assert!(found_bad("sepia=;\nSNV\n")[0].2 != Problem::Missing);
}

#[test]
fn lines_above_the_header_are_skipped_and_told() {
    let title = "BÁO CÁO SỐ LIỆU, NĂM 2024, CƠ QUAN, TỈNH;;;;\r\n;;;;\r\nNgười lập: agency;;;;\r\n";
    let text = format!("{title}agency;year;base;held;source\r\nSNV;2024;all;1;x\r\n");
    let (table, mut bad, note) = Table::read(&text, None, ImportKind::Baseline, 10).unwrap();
    assert_eq!(note, Some(Note::Header { line: 4 }));
    let mut rows = table.rows();
    assert_eq!(rows.next(&mut bad).map(|row| (row.line(), row.get("source"))), Some((5, "x")));
    assert!(rows.next(&mut bad).is_none() && bad.is_empty());
    let far = format!("{}{HEAD}SNV,2024,all,1,x\n", "dòng\n".repeat(30));
    let kind = ImportKind::Baseline;
    assert_eq!(found_bad(&far), [(1, "dòng".into(), Problem::NoHeader { kind })]);
    assert_eq!(Table::read(HEAD, None, ImportKind::Baseline, 10).unwrap().2, None);
}

#[test]
fn a_row_that_stands_in_one_cell_is_named() {
    let all = "\"agency;year;base;held;source\"\n\"SNV;2024;all;1;x\"\n";
    assert_eq!(found_bad(all), [(1, "agency;year;base;held;source".into(), Problem::RowInOneCell)]);
    let one = format!("{HEAD}\"SNV,2024,all,1,x\"\nSTC,2024,all,1,y\n");
    assert_eq!(found_bad(&one), [(2, "SNV,2024,all,1,x".into(), Problem::RowInOneCell)]);
    let text = format!("{HEAD},2024,all,1,\"một, hai, ba, bốn, năm, sáu\"\n");
    assert_eq!(found_bad(&text), [], "a cell may hold separators");
}

#[test]
fn a_quotation_mark_that_is_left_open_is_named_with_its_line() {
    let rows = "A,2024,all,1,x\nB,2024,all,1,\"báo cáo\nC,2024,all,1,y\n";
    let open = |line, value: &str| (line, value.to_owned(), Problem::QuoteOpen);
    assert_eq!(found_bad(&format!("{HEAD}{rows}")), [open(3, "\"báo cáo")], "to the end of the file");
    let again = format!("{HEAD}{rows}D,2024,all,1,\"x, y\"\nE,2024,all,1,z\n");
    assert_eq!(found_bad(&again), [open(3, "\"báo cáo")], "to the next mark");
    let first = format!("{HEAD}\n\"A,2024,all,1,x\nB,2024,all,1,y\n");
    assert_eq!(found_bad(&first), [open(3, "\"A,2024,all,1,x")], "in the first cell");
    let head = "agency,year,base,held,\"source\nA,2024,all,1,x\n";
    assert_eq!(found_bad(head), [open(1, "\"source")], "in the header");
    for good in ["\"a\nb\"", "\"a \"\"b\"\"\n c\"", "5\" màn hình", "\"a\" b", "\"\"", "\"\n\""] {
        let text = format!("{HEAD}A,2024,all,1,{good}\nB,2024,all,1,x\n");
        assert_eq!((found_bad(&text), read(&text).0.len()), (vec![], 2), "{good}");
    }
}
