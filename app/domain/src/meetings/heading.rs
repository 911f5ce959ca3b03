//! The heading of a table that was pasted with a list of delegates: `STT  Họ và tên  Chức vụ`. Knows neither people nor agencies.

use super::shortened::words;

/// Names of columns of a list of delegates, folded; longer ones first where one begins like another.
const COLUMNS: [&str; 19] = [
    "so dien thoai",
    "so thu tu",
    "ho va ten",
    "ho ten",
    "dien thoai",
    "don vi cong tac",
    "noi cong tac",
    "chuc danh",
    "chuc vu",
    "co quan",
    "don vi",
    "thanh phan",
    "dai bieu",
    "ghi chu",
    "email",
    "stt",
    "tt",
    "ten",
    "sdt",
];

/// Whether a line is the heading of a table that was pasted with it: two names of columns or more, and nothing else.
pub fn is_heading(line: &str) -> bool {
    let mut rest = words(&line.replace(|letter: char| !letter.is_alphanumeric(), " "));
    let mut columns = 0;
    while !rest.is_empty() {
        let column = COLUMNS.iter().map(|column| column.split(' ').count()).zip(COLUMNS);
        let found = column
            .clone()
            .find(|(count, column)| rest.len() >= *count && rest[..*count].join(" ") == *column);
        let Some((count, _)) = found else { return false };
        rest.drain(..count);
        columns += 1;
    }
    columns > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_of_a_table_is_nobody() {
        for line in [
            "STT\tHọ và tên\tChức vụ\tCơ quan",
            "TT | Họ tên | Đơn vị",
            "Số thứ tự, Họ và tên, Chức danh, Nơi công tác, Ghi chú",
            "ĐẠI BIỂU  ĐƠN VỊ",
        ] {
            assert!(is_heading(line), "{line}");
        }
        for line in [
            "Đại biểu",
            "STT 1",
            "Đơn vị sự nghiệp",
            "Tên Thị Cơ",
            "Đại biểu Sở Y tế",
            "",
            "Phòng Tổ chức, Ghi chú họp",
        ] {
            assert!(!is_heading(line), "{line}");
        }
    }
}
