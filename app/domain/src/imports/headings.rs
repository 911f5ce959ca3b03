//! The headings by which offices name the columns of a file in Vietnamese, beside the codes that programs write. Knows no row.

use super::ImportKind;
use crate::text::fold;

/// Every column with its headings: the first is the one that samples and reports show, the others are read as well.
type Headings = &'static [(&'static str, &'static [&'static str])];

const AGENCY: (&str, &[&str]) = ("agency", &["Mã cơ quan", "Cơ quan", "Đơn vị", "Mã đơn vị"]);

impl ImportKind {
    const fn headings(self) -> Headings {
        match self {
            Self::Agencies => &[
                ("code", &["Mã cơ quan", "Mã", "Mã đơn vị"]),
                ("parent", &["Mã cơ quan cấp trên", "Cơ quan cấp trên", "Cấp trên", "Trực thuộc"]),
                ("level", &["Cấp"]),
                ("name", &["Tên đầy đủ", "Tên cơ quan", "Tên", "Tên đơn vị"]),
                ("short_name", &["Tên ngắn", "Tên gọi tắt", "Tên viết tắt"]),
                ("aliases", &["Tên khác", "Tên cũ"]),
            ],
            Self::People => &[
                ("user_name", &["Tên đăng nhập", "Tài khoản"]),
                ("name", &["Họ và tên", "Họ tên", "Tên"]),
                ("position", &["Chức vụ", "Chức danh"]),
                AGENCY,
                ("roles", &["Vai trò"]),
                ("password", &["Mật khẩu"]),
            ],
            Self::Rooms => &[
                ("code", &["Mã phòng", "Mã"]),
                ("name", &["Tên phòng", "Tên", "Phòng họp"]),
                AGENCY,
                ("capacity", &["Số chỗ", "Sức chứa", "Số chỗ ngồi"]),
                ("video", &["Họp trực tuyến", "Thiết bị họp trực tuyến"]),
                ("equipment", &["Thiết bị", "Trang thiết bị"]),
            ],
            Self::Meetings => &[
                AGENCY,
                ("title", &["Tên cuộc họp", "Nội dung"]),
                ("kind", &["Loại", "Loại cuộc họp"]),
                ("form", &["Hình thức"]),
                ("sittings", &["Các buổi họp", "Thời gian"]),
                ("status", &["Trạng thái"]),
                ("role", &["Tổ chức hay dự", "Vai trò"]),
                ("counterpart", &["Họp với"]),
                ("sites_connected", &["Số điểm cầu kết nối", "Số điểm cầu"]),
            ],
            Self::Baseline => &[
                AGENCY,
                ("year", &["Năm"]),
                ("base", &["Phạm vi tính", "Phạm vi"]),
                ("held", &["Số cuộc đã họp", "Số cuộc"]),
                ("source", &["Nguồn số liệu", "Nguồn"]),
            ],
            Self::WorkDays => {
                &[("date", &["Ngày"]), ("kind", &["Loại ngày", "Loại"]), ("name", &["Tên ngày", "Tên"])]
            }
        }
    }

    /// The column that a cell of the header names, by its code or by a heading, however it is capitalised and marked.
    ///
    /// ```
    /// use domain::imports::ImportKind;
    /// assert_eq!(ImportKind::Rooms.column(" Capacity"), Some("capacity"));
    /// assert_eq!(ImportKind::Rooms.column("SỨC CHỨA"), Some("capacity"));
    /// assert_eq!(ImportKind::Rooms.column("Ghi chú"), None);
    /// ```
    pub fn column(self, cell: &str) -> Option<&'static str> {
        let name = cell.trim().trim_start_matches('\u{feff}');
        let code = self.each_column().map(|(known, _)| known).find(|known| known.eq_ignore_ascii_case(name));
        code.or_else(|| {
            let name = fold(name);
            let is_it = |heading: &&str| fold(heading) == name;
            let named = self.headings().iter().find(|(_, headings)| headings.iter().any(is_it));
            named.map(|(column, _)| *column)
        })
    }

    /// The heading that is shown for a column; the column itself where it has none.
    pub fn heading(self, column: &str) -> &str {
        let found = self.headings().iter().find(|(known, _)| *known == column);
        found.and_then(|(_, headings)| headings.first()).copied().unwrap_or(column)
    }

    /// The [`sample`](Self::sample) under Vietnamese headings, with Vietnamese words for its codes.
    pub fn sample_with_headings(self) -> String {
        let columns: Vec<&str> = self.each_column().map(|(column, _)| column).collect();
        let headings: Vec<&str> = columns.iter().map(|column| self.heading(column)).collect();
        let row = |row: &str| {
            let cells = columns.iter().zip(row.split(','));
            cells.map(|(column, cell)| self.vietnamese(column, cell)).collect::<Vec<_>>().join(",")
        };
        let rows = self.sample().lines().skip(1).map(row);
        std::iter::once(headings.join(",")).chain(rows).map(|line| line + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_heading_that_names_no_other() {
        for kind in ImportKind::ALL {
            let columns: Vec<&str> = kind.each_column().map(|(column, _)| column).collect();
            assert_eq!(
                kind.headings().iter().map(|(column, _)| *column).collect::<Vec<_>>(),
                columns,
                "{kind:?}"
            );
            for (column, headings) in kind.headings() {
                for heading in *headings {
                    assert_eq!(kind.column(&heading.to_uppercase()), Some(*column), "{kind:?} {heading}");
                    assert!(!heading.contains(','), "a sample parts its cells by commas");
                }
            }
            let sample = kind.sample_with_headings();
            let named = kind.columns_named(sample.lines().next().unwrap().split(','));
            assert_eq!((named, sample.lines().count()), (columns.len(), kind.sample().lines().count()));
        }
    }
}
