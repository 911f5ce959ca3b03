//! Lines that are markings, and lines that are none.

use super::*;
use crate::papers::Unread;

#[test]
fn a_marking_is_found_in_every_spelling() {
    for (text, level) in [
        ("MẬT", Some(Level::Confidential)),
        ("  T U Y Ệ T   M Ậ T  ", Some(Level::TopSecret)),
        ("(TỐI MẬT)", Some(Level::Secret)),
        ("TO\u{302}\u{301}I MA\u{323}\u{302}T", Some(Level::Secret)),
        ("TOI MAT", Some(Level::Secret)),
        ("Độ mật: Tối mật", Some(Level::Secret)),
        ("Độ mật: Mật", Some(Level::Confidential)),
        ("Độ mật", None),
        ("BẢO MẬT THÔNG TIN", None),
        ("BÍ MẬT", None),
        ("B Í M Ậ T", None),
        ("mật", None),
        ("Mật ong rừng Sơn La", None),
        ("MẶT", None),
        ("MẮT", None),
        ("MẤT", None),
        ("", None),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
}

#[test]
fn a_marking_that_begins_a_line_counts_whatever_comes_after_its_sign() {
    for (text, level) in [
        ("TỐI MẬT (bản số 01)", Some(Level::Secret)),
        ("TUYỆT MẬT / hỏa tốc", Some(Level::TopSecret)),
        ("TỐI MẬT; không sao chụp", Some(Level::Secret)),
        ("TUYỆT MẬT - chỉ người có tên mới được bóc", Some(Level::TopSecret)),
        ("TỐI MẬT - trang 1/5", Some(Level::Secret)),
        ("TUYỆT MẬT - Báo cáo tình hình biên giới sáu tháng đầu năm 2026", Some(Level::TopSecret)),
        ("MẬT, ngày 12 tháng 12 năm 2026", Some(Level::Confidential)),
        ("Tuyệt mật, tối mật và mật là ba độ mật theo Luật Bảo vệ bí mật nhà nước", None),
        ("MẬT ONG RỪNG, đặc sản của xã", None),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
    let goes_on = |above: &str, text: &str| PageLine {
        text: text.into(),
        before: vec![above.into()],
        ..PageLine::default()
    };
    assert_eq!(marking(&[goes_on("tài liệu thuộc độ", "TỐI MẬT, phải gửi qua cơ yếu")]), None);
    assert_eq!(marking(&[goes_on("QUY CHẾ BẢO", "MẬT, AN TOÀN THÔNG TIN")]), None);
}

#[test]
fn a_marking_is_found_after_a_label_of_any_wording() {
    for (text, level) in [
        ("Mức độ mật: Tối mật", Some(Level::Secret)),
        ("Mức độ mật: MẬT", Some(Level::Confidential)),
        ("MỨC ĐỘ MẬT: TUYỆT MẬT", Some(Level::TopSecret)),
        ("Mức mật: Mật", Some(Level::Confidential)),
        ("Cấp độ mật - Tối mật", Some(Level::Secret)),
        ("Độ mật Tối mật", Some(Level::Secret)),
        ("Độ mật: Tối mật; Độ khẩn: Hỏa tốc", Some(Level::Secret)),
        ("Độ mật: Mật (A)", Some(Level::Confidential)),
        ("Độ mật: A - Tuyệt mật", Some(Level::TopSecret)),
        ("Độ khẩn: Thường; Độ mật: Tối mật", Some(Level::Secret)),
        ("ĐỘ MÂT: MÂT", Some(Level::Confidential)),
        ("DO MAT: MAT", Some(Level::Confidential)),
        ("Độ mật: Không mật", None),
        ("Độ mật: Thường", None),
        ("MỨC ĐỘ MẬT", None),
        ("SỐ KÝ HIỆU, ĐỘ MẬT, TRÍCH YẾU", None),
        ("Độ mật tối mật gồm các tin sau", None),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
}

#[test]
fn a_marking_is_found_beside_other_words() {
    for (text, level) in [
        ("MẬT - KHẨN", Some(Level::Confidential)),
        ("KHẨN - MẬT", Some(Level::Confidential)),
        ("MẬT KHẨN", Some(Level::Confidential)),
        ("TUYỆT MẬT/ HỎA TỐC", Some(Level::TopSecret)),
        ("TUYỆT MẬT HỎA TỐC", Some(Level::TopSecret)),
        ("BẢN SỐ: 01 - MẬT", Some(Level::Confidential)),
        ("MẬT (Bản số 01)", Some(Level::Confidential)),
        ("Bản số 01 - TỐI MẬT", Some(Level::Secret)),
        ("TÀI LIỆU MẬT", Some(Level::Confidential)),
        ("Tài liệu MẬT", Some(Level::Confidential)),
        ("VĂN BẢN MẬT", Some(Level::Confidential)),
        ("TÀI LIỆU TUYỆT MẬT", Some(Level::TopSecret)),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
}

#[test]
fn ordinary_words_and_sentences_are_no_marking() {
    for text in [
        "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "LUẬT BẢO VỆ BÍ-MẬT NHÀ NƯỚC",
        "KẾ HOẠCH BẢO MẬT",
        "KẾ HOẠCH B Ả O M Ậ T",
        "GIẢI MẬT",
        "DANH MỤC GIẢI MẬT",
        "QUY ĐỊNH QUẢN LÝ VĂN BẢN MẬT",
        "DANH MỤC BÍ MẬT NHÀ NƯỚC ĐỘ TỐI MẬT",
        "MẬT ĐỘ DÂN SỐ",
        "MẬT MÃ",
        "NUÔI ONG MẬT",
        "NGUYỄN THỊ MẬT",
        "dấu \"MẬT\".",
        "mật, tối mật, tuyệt mật.",
        "Văn bản được đóng dấu MẬT, TỐI MẬT hoặc TUYỆT MẬT theo quy định",
        "Người soạn thảo đề xuất độ mật của văn bản",
        "CO MAT",
        "BAO MAT",
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), None, "{text}");
    }
    assert_eq!(marking(&[below("tuyệt mật.", &["gồm tài liệu mật, tối mật và"])]), None);
    assert_eq!(marking(&[below("MẬT NHÀ NƯỚC", &["BẢO VỆ BÍ"])]), None);
}

#[test]
fn letters_without_a_name_or_without_their_marks_are_read() {
    for (text, level) in [
        ("M\u{fffd}T", Some(Level::Confidential)),
        ("T\u{fffd}I M\u{fffd}T", Some(Level::Secret)),
        ("TUY\u{fffd}T M\u{fffd}T", Some(Level::TopSecret)),
        ("MÂT", Some(Level::Confidential)),
        ("MÂ.T", Some(Level::Confidential)),
        ("TÔI MÂT", Some(Level::Secret)),
        ("TUYÊT MÂT", Some(Level::TopSecret)),
        ("C\u{c1}C M\u{fffd}T C\u{fffd}NG T\u{c1}C", None),
        ("Tôi mất", None),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
}

#[test]
fn what_stands_before_decides_over_the_single_word() {
    for (before, level) in [
        (&[][..], Some(Level::Confidential)),
        (&["ỦY BAN NHÂN DÂN TỈNH"], Some(Level::Confidential)),
        (&["QUY ĐỊNH VỀ BẢO VỆ BÍ"], None),
        (&["CÔNG TÁC B Í"], None),
        (&["QUY CHẾ BẢO"], None),
        (&["TỈNH SƠN LA", "QUY CHẾ BẢO"], None),
        (&["SỬA CHỮA THIẾT BỊ"], Some(Level::Confidential)),
        (&["TỐI"], Some(Level::Secret)),
        (&["T U Y Ệ T"], Some(Level::TopSecret)),
    ] {
        let before = before.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(marking(&[PageLine { text: "MẬT".into(), before, ..PageLine::default() }]), level);
    }
}

#[test]
fn the_highest_level_of_a_page_counts() {
    let lines = ["MẬT", "TUYỆT MẬT", "TỐI MẬT"].map(PageLine::alone);
    assert_eq!(marking(&lines), Some(Level::TopSecret));
}

/// A line below other text.
fn below(text: &str, before: &[&str]) -> PageLine {
    let before = before.iter().map(|text| (*text).to_owned()).collect();
    PageLine { text: text.into(), before, ..PageLine::default() }
}

/// What the program does with a paper that has these lines.
fn answer(lines: &[PageLine]) -> &'static str {
    match (marking(lines), may_be_marked(lines)) {
        (Some(_), _) => "refuse",
        (None, true) => "ask",
        (None, false) => "take",
    }
}

#[test]
fn a_marking_after_a_label_with_a_colon_is_certain() {
    for (text, level) in [
        ("Đóng dấu: TỐI MẬT, gửi qua cơ yếu", Some(Level::Secret)),
        ("Đóng dấu: “MẬT”", Some(Level::Confidential)),
        (
            "Đóng dấu: TUYỆT MẬT, gửi qua cơ yếu cho các đơn vị có tên trong danh sách kèm theo",
            Some(Level::TopSecret),
        ),
        ("Mức độ bảo mật: Mật", Some(Level::Confidential)),
        ("Cấp độ bảo mật: tối mật", Some(Level::Secret)),
        ("Phân loại: Mật", Some(Level::Confidential)),
        ("PHÂN LOẠI: TUYỆT MẬT", Some(Level::TopSecret)),
        ("Loại: mật", Some(Level::Confidential)),
        ("Mức độ: Mật; độ khẩn: Thường", Some(Level::Confidential)),
        ("Độ mật: mật, tối mật, tuyệt mật", None),
        ("Phân loại: mật, tối mật, tuyệt mật", None),
        ("Phân loại: mật ong, sáp ong", None),
        ("Phân loại theo mật độ dân số", None),
        ("Mức độ bảo mật: Cao", None),
        ("Loại: Mật theo quy định", None),
        ("Các giải pháp về bảo mật: mật mã, mật khẩu", None),
    ] {
        assert_eq!(marking(&[PageLine::alone(text)]), level, "{text}");
    }
}

#[test]
fn a_cell_below_or_beside_its_label_is_a_marking() {
    for (text, before, expected) in [
        ("Mật", &["Độ mật"][..], "refuse"),
        ("Mật", &["Số, ký hiệu", "Mức độ mật:"], "refuse"),
        ("mật", &["MỨC ĐỘ BẢO MẬT"], "refuse"),
        ("Mật", &["Quy định về độ mật"], "ask"),
        ("Không", &["Độ mật"], "take"),
        ("Mật độ", &["Độ mật"], "take"),
    ] {
        assert_eq!(answer(&[below(text, before)]), expected, "{text} {before:?}");
    }
}

#[test]
fn a_marking_above_the_rest_of_an_ordinary_word_is_asked_about() {
    for (text, after) in
        [("MẬT", "ONG RỪNG SƠN LA"), ("TÀI LIỆU MẬT", "MÃ SỐ 01"), ("CHUYỂN ĐỔI MẬT", "KHẨU")]
    {
        let line = PageLine { text: text.into(), after: vec![after.into()], ..PageLine::default() };
        assert_eq!(answer(&[line]), "ask", "{text} / {after}");
    }
    let line = PageLine { text: "MẬT".into(), after: vec!["BÁO CÁO".into()], ..PageLine::default() };
    assert_eq!(answer(&[line]), "refuse");
}

#[test]
fn a_word_that_may_be_a_marking_is_asked_about() {
    for text in [
        "Mật",
        "mật",
        "[ Mật ]",
        "m ậ t",
        "Tối mật",
        "Tối Mật",
        "Tuyệt mật (Bản số 02)",
        "T\u{fffd}i m\u{fffd}t",
        "Tài liệu tuyệt mật",
        "Báo cáo tối mật",
        "BÁO CÁO CHUYÊN ĐỀ MẬT",
        "QUY ĐỊNH QUẢN LÝ VĂN BẢN MẬT",
        "gửi kèm tài liệu mật của Công an tỉnh",
        "Tài liệu này thuộc loại tối mật theo quy định",
        "Văn bản được đóng dấu MẬT, TỐI MẬT hoặc TUYỆT MẬT theo quy định",
        "mật, tối mật, tuyệt mật.",
        "Phân loại: mật, tối mật, tuyệt mật",
        "Công văn mật số 12",
        "VỀ VIỆC XỬ LÝ CÔNG VĂN MẬT CỦA CÔNG AN TỈNH",
        "hồ sơ Mật",
        "Tài liệu thuộc bí mật nhà nước độ Mật",
        "tài liệu không MẬT",
        "BÁO CÁO CÁC CHỈ SỐ AN NINH MÂT",
        "BÁO CÁO CÁC CHỈ SỐ AN NINH MAT",
        "các m\u{fffd}t công tác",
        "CÁC M\u{fffd}T CÔNG TÁC NĂM 2026 CỦA TỈNH",
        "UBND XÃ VĨNH BẢO - Mật",
        "ỦY BAN NHÂN DÂN XÃ VĨNH BẢO MẬT",
        "UBND PHƯỜNG UÔNG BÍ MẬT",
        "MẬT DANH SÁCH",
        "Tài liệu mật - mã số 01",
        "TRẦN ĐỨC MẬT",
    ] {
        assert_eq!(answer(&[PageLine::alone(text)]), "ask", "{text}");
    }
    for (text, above) in [
        ("MẬT", "ỦY BAN NHÂN DÂN XÃ VĨNH BẢO"),
        ("MẬT", "TỔ HÒA GIẢI"),
        ("MẬT", "PHƯỜNG UÔNG BÍ"),
        ("MẬT", "VĨNH BẢO"),
        ("MẬT", "BAN CÔNG TÁC MẶT TRẬN THÔN BẢO"),
        ("MẬT", "TỔ CÔNG TÁC CHẾ ĐỘ"),
        ("Mật", "Ủy ban nhân dân xã Vĩnh Bảo"),
        ("mật phải gửi qua cơ yếu", "Tài liệu thuộc độ tuyệt"),
        ("mật, tối mật", "các tài liệu"),
    ] {
        assert_eq!(answer(&[below(text, &[above])]), "ask", "{above} / {text}");
    }
    let apart = PageLine { is_apart: true, ..below("MẬT", &["QUY CHẾ BẢO"]) };
    assert_eq!(answer(&[apart]), "ask", "the stamp is apart from the heading");
    assert_eq!(answer(&[below("MẬT", &["Xã Vĩnh Bảo"])]), "refuse", "a word in small letters goes on so");
}

#[test]
fn ordinary_papers_are_taken_without_a_question() {
    for text in [
        "ỦY BAN NHÂN DÂN TỈNH SƠN LA",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "GIẤY MỜI HỌP",
        "Báo cáo kết quả công tác cải cách hành chính 6 tháng đầu năm 2026",
        "KẾ HOẠCH BẢO VỆ BÍ MẬT NHÀ NƯỚC NĂM 2026",
        "Về việc tăng cường công tác bảo vệ bí mật nhà nước trên không gian mạng",
        "Luật Bảo vệ bí mật nhà nước số 117/2025/QH15",
        "CÔNG TÁC BẢO MẬT, AN TOÀN THÔNG TIN",
        "công tác bảo mật cơ sở dữ liệu; bảo mật thông tin cá nhân",
        "Ban Chỉ đạo bảo vệ bí mật nhà nước tỉnh",
        "cán bộ làm công tác cơ mật, bảo mật",
        "giải mật tài liệu lưu trữ",
        "Mật độ dân số bình quân đạt 92 người/km²",
        "Quy hoạch: mật độ xây dựng tối đa 60%",
        "buổi tối, mật độ giao thông tăng cao",
        "MẬT ĐỘ XÂY DỰNG",
        "đổi mật khẩu ba tháng một lần",
        "Mật khẩu đăng nhập hệ thống",
        "chuyên ngành mật mã dân sự, sản phẩm mật mã",
        "Sản lượng mật ong đạt 120 tấn",
        "Nuôi ong lấy mật tại xã Chiềng Mung",
        "nghề nuôi ong mật",
        "mật mía, mật gấu, túi mật, sỏi mật, gan mật",
        "phối hợp mật thiết với các đơn vị, không khí thân mật",
        "Tiệc thân mật",
        "lực lượng công an mật phục tại hiện trường",
        "không để lộ, lọt bí mật",
        "ĐỘ MẬT",
        "UBND TỈNH TĂNG CƯỜNG CÔNG TÁC BẢO MẬT",
        "PHÒNG AN NINH MẠNG VÀ BẢO MẬT",
        "KHOA GAN MẬT, BỆNH VIỆN ĐA KHOA TỈNH",
        "An toàn, Bảo Mật thông tin",
        "Độ mật: Thường",
        "Độ mật: Không",
        "SỐ KÝ HIỆU, ĐỘ MẬT, TRÍCH YẾU",
        "Người soạn thảo đề xuất độ mật của văn bản",
        "tài liệu không mật",
        "Bà Nguyễn Thị Mật, Phó Chủ tịch Ủy ban nhân dân xã",
        "NGUYỄN THỊ MẬT",
        "NGUYỄN VĂN MẬT",
        "Nguyễn Văn Mật",
        "Đồng chí Lò Văn Mật trình bày báo cáo",
        "ông Mật, bà Mật",
        "DANH SACH CO MAT",
        "UY BAN MAT TRAN TO QUOC",
        "MAT TRAN TO QUOC",
        "GIAI PHONG MAT BANG",
        "THANH TOAN KHONG DUNG TIEN MAT",
        "MẶT TRẬN TỔ QUỐC VIỆT NAM",
        "mặt bằng, mất mùa, mắt xích, một số",
        "B Ả O M Ậ T",
    ] {
        assert_eq!(answer(&[PageLine::alone(text)]), "take", "{text}");
    }
    for (text, above) in [
        ("MẬT", "KẾ HOẠCH BẢO VỆ BÍ"),
        ("MẬT NHÀ NƯỚC", "BAN CHỈ ĐẠO CÔNG TÁC BẢO VỆ BÍ"),
        ("MẬT", "BAN HÀNH QUY CHẾ BẢO"),
        ("MẬT", "BAN CHỈ ĐẠO BẢO VỆ BÍ"),
        ("MẬT", "DANH MỤC GIẢI PHÁP BẢO"),
        ("MẬT", "CÔNG TÁC B Ả O"),
        ("mật thông tin và an toàn mạng", "thực hiện tốt công tác bảo"),
        ("mật kinh doanh, bí mật công nghệ", "không tiết lộ bí"),
        ("mật nhà nước trên địa bàn", "Luật Bảo vệ bí"),
        ("mật độ dân số cao", "Các đô thị có"),
        ("mật", "nghề nuôi ong"),
        ("Mật, Phó Chủ tịch", "Đồng chí Nguyễn Thị"),
        ("MẬT, AN TOÀN THÔNG TIN", "TỈNH NĂM 2026; QUY CHẾ BẢO"),
    ] {
        assert_eq!(answer(&[below(text, &[above])]), "take", "{above} / {text}");
    }
}

#[test]
fn a_word_is_named_before_a_picture_and_after_an_unread_page() {
    let (word, none) = ([PageLine::alone("Mật")], [PageLine::alone("Báo cáo")]);
    for (looked, with_word, without) in [
        (None, Some(Unread::Doubtful), None),
        (Some(Unread::Pictures), Some(Unread::Doubtful), Some(Unread::Pictures)),
        (Some(Unread::Outlines), Some(Unread::Doubtful), Some(Unread::Outlines)),
        (Some(Unread::NoText), Some(Unread::NoText), Some(Unread::NoText)),
    ] {
        assert_eq!(Unread::choose(looked, &word), with_word, "{looked:?}");
        assert_eq!(Unread::choose(looked, &none), without, "{looked:?}");
    }
}

#[test]
fn a_word_at_the_end_of_a_line_may_go_on_below() {
    let above = |text: &str, next: &str| PageLine { after: vec![next.into()], ..PageLine::alone(text) };
    for (text, next, expected) in [
        ("an toàn thông tin, mật", "độ dân số", "take"),
        ("chuyển đổi mật", "khẩu, mật mã", "take"),
        ("các tài liệu mật", "của cơ quan", "ask"),
        ("các tài liệu mật,", "mã số 12", "ask"),
        ("mật", "độ dân số", "ask"),
        ("TÀI LIỆU MẬT", "MÃ SỐ 12", "ask"),
        ("Tài liệu mật", "Mã số 12", "ask"),
    ] {
        assert_eq!(answer(&[above(text, next)]), expected, "{text} / {next}");
    }
}

#[test]
fn a_word_beside_a_gap_is_judged_where_its_column_is_read() {
    let rows = ["bảo vệ\u{2003}mật mạng", "lộ bí mật\u{2003}mật công tác", "tác bảo\u{2003}mật\u{2003}và"];
    assert!(!may_be_marked(&rows.map(PageLine::alone)));
    assert!(may_be_marked(&[PageLine::alone("hồ sơ\u{2003}m\u{2003}ậ\u{2003}t")]));
    assert!(may_be_marked(&[PageLine::alone("độ\u{2003}tuyệt mật")]));
}
