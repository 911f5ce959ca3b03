//! What the weeks around today hold, as data: who meets about what, with which papers, and what becomes of it.

/// One item of an agenda: title, minutes, who presents, whether it is discussed at once, and its papers.
pub(super) struct Item {
    pub(super) title: &'static str,
    pub(super) minutes: u32,
    pub(super) presenter: &'static str,
    pub(super) is_discussion: bool,
    pub(super) papers: &'static [PaperOf],
}

/// A paper of the demo.
pub(super) enum PaperOf {
    /// Title, writing agency, its sign, pages.
    Pdf(&'static str, &'static str, &'static str, usize),
    /// Only the neutral line.
    Neutral,
}

/// What becomes of a meeting.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    Draft,
    Scheduled,
    Held,
    Cancelled(&'static str),
    Postponed(&'static str),
}

pub(super) struct Scene {
    pub(super) title: &'static str,
    pub(super) agency: &'static str,
    pub(super) secretary: &'static str,
    pub(super) chair: &'static str,
    pub(super) kind: &'static str,
    pub(super) form: &'static str,
    pub(super) counterpart: &'static str,
    pub(super) room: &'static str,
    /// Working days from today; negative is past.
    pub(super) day: i64,
    pub(super) from: (u32, u32),
    pub(super) to: (u32, u32),
    pub(super) delegates: &'static [&'static str],
    pub(super) communes: usize,
    pub(super) agenda: &'static [Item],
    pub(super) fate: Fate,
}

const SHORT: &[Item] = &[
    Item {
        title: "Khai mạc, thông qua chương trình",
        minutes: 10,
        presenter: "Chủ trì",
        is_discussion: false,
        papers: &[],
    },
    Item {
        title: "Kết quả công tác tháng, nhiệm vụ tháng tới",
        minutes: 50,
        presenter: "Văn phòng",
        is_discussion: true,
        papers: &[PaperOf::Pdf("Báo cáo kết quả công tác tháng", "Văn phòng UBND tỉnh", "BC-VPUB", 6)],
    },
    Item {
        title: "Kết luận của chủ trì",
        minutes: 20,
        presenter: "Chủ trì",
        is_discussion: false,
        papers: &[],
    },
];

pub(super) const REVIEW: &[Item] = &[
    Item {
        title: "Khai mạc, điểm danh các điểm cầu",
        minutes: 15,
        presenter: "Văn phòng UBND tỉnh",
        is_discussion: false,
        papers: &[],
    },
    Item {
        title: "Kết quả cải cách hành chính, nhiệm vụ trọng tâm thời gian tới",
        minutes: 60,
        presenter: "Sở Nội vụ",
        is_discussion: true,
        papers: &[
            PaperOf::Pdf("Báo cáo kết quả công tác cải cách hành chính", "Sở Nội vụ", "BC-SNV", 28),
            PaperOf::Pdf("Phụ lục: chỉ số của các cơ quan, xã, phường", "Sở Nội vụ", "PL-SNV", 34),
        ],
    },
    Item {
        title: "Tiến độ chuyển đổi số và nâng cấp hệ thống họp trực tuyến",
        minutes: 60,
        presenter: "Sở Khoa học và Công nghệ",
        is_discussion: true,
        papers: &[
            PaperOf::Pdf("Báo cáo tiến độ chuyển đổi số cấp xã", "Sở Khoa học và Công nghệ", "BC-SKHCN", 12),
            PaperOf::Neutral,
        ],
    },
    Item {
        title: "Kết luận của chủ trì",
        minutes: 45,
        presenter: "Phó Chủ tịch UBND tỉnh",
        is_discussion: false,
        papers: &[],
    },
];

const PLENARY: &[Item] = &[
    Item {
        title: "Khai mạc, thông qua chương trình",
        minutes: 10,
        presenter: "Văn phòng UBND tỉnh",
        is_discussion: false,
        papers: &[],
    },
    Item {
        title: "Dự thảo kế hoạch và phân công thực hiện",
        minutes: 60,
        presenter: "Sở Nội vụ",
        is_discussion: true,
        papers: &[
            PaperOf::Pdf("Tờ trình và dự thảo kế hoạch", "Sở Nội vụ", "TTr-SNV", 5),
            PaperOf::Pdf("Báo cáo kết quả công tác tháng", "Văn phòng UBND tỉnh", "BC-VPUB", 6),
        ],
    },
    Item {
        title: "Thảo luận, ý kiến của các xã, phường",
        minutes: 60,
        presenter: "Các đại biểu",
        is_discussion: false,
        papers: &[],
    },
    Item {
        title: "Kết luận của chủ trì",
        minutes: 30,
        presenter: "Chủ trì",
        is_discussion: false,
        papers: &[],
    },
];

pub(super) const HEADS: &[&str] = &[
    "giamdoc.snv",
    "giamdoc.stc",
    "giamdoc.stp",
    "giamdoc.sct",
    "giamdoc.snnmt",
    "giamdoc.sxd",
    "giamdoc.skhcn",
    "giamdoc.svhttdl",
    "giamdoc.sgddt",
    "giamdoc.syt",
    "giamdoc.sdttg",
    "giamdoc.ttt",
    "chanhvp.vpub",
];
const OFFICE: &[&str] = &["chanhvp.vpub", "phocvp.vpub", "thuky2.vpub", "kythuat.vpub"];
const INTERIOR: &[&str] = &["phogiamdoc.snv", "chuyenvien1.snv", "baocao.snv"];

macro_rules! scene {
    ($title:literal, $agency:literal, $secretary:literal, $chair:literal, $kind:literal, $form:literal, $with:literal, $room:literal,
     $day:literal, $from:expr => $to:expr, $delegates:expr, $communes:literal, $agenda:expr, $fate:expr) => {
        Scene {
            title: $title,
            agency: $agency,
            secretary: $secretary,
            chair: $chair,
            kind: $kind,
            form: $form,
            counterpart: $with,
            room: $room,
            day: $day,
            from: $from,
            to: $to,
            delegates: $delegates,
            communes: $communes,
            agenda: $agenda,
            fate: $fate,
        }
    };
}

pub(super) const SCENES: &[Scene] = &[
    scene!("Họp giao ban Văn phòng UBND tỉnh", "VPUB", "thuky1.vpub", "chanhvp.vpub", "briefing", "online", "internal", "", -8, (7, 30) => (9, 0), OFFICE, 0, SHORT, Fate::Held),
    scene!("Hội nghị chuyên môn về chuyển đổi số cấp xã", "UBND", "thuky1.vpub", "pct3.ubnd", "professional", "hybrid", "communes", "P1", -7, (8, 0) => (11, 30), HEADS, 40, PLENARY, Fate::Held),
    scene!("Họp tháo gỡ vướng mắc dự án hồ chứa nước Bản Mòng", "UBND", "thuky2.vpub", "pct2.ubnd", "working", "in_person", "departments", "P1", -6, (8, 0) => (10, 0), &["giamdoc.stc", "giamdoc.snnmt", "giamdoc.sxd"], 0, SHORT, Fate::Held),
    scene!("Họp rà soát chương trình công tác tháng", "VPUB", "thuky2.vpub", "phocvp.vpub", "working", "in_person", "internal", "P2", -5, (9, 30) => (11, 0), OFFICE, 0, SHORT, Fate::Held),
    scene!("Hội nghị tập huấn hệ thống họp không giấy", "VPUB", "thuky1.vpub", "chanhvp.vpub", "training", "online", "communes", "", -4, (14, 0) => (16, 30), OFFICE, 75, SHORT, Fate::Held),
    scene!("Họp điều phối ứng phó mưa lũ", "UBND", "thuky2.vpub", "pct2.ubnd", "coordination", "online", "communes", "", -3, (10, 0) => (11, 30), &["giamdoc.snnmt", "giamdoc.sxd"], 12, SHORT, Fate::Held),
    scene!("Họp tư vấn xét khen thưởng", "SNV", "thuky1.snv", "giamdoc.snv", "advisory", "in_person", "internal", "P-SNV", -2, (15, 0) => (16, 30), INTERIOR, 0, SHORT, Fate::Held),
    scene!("Họp giải quyết kiến nghị của phường Tô Hiệu", "VPUB", "thuky1.vpub", "phocvp.vpub", "working", "in_person", "communes", "P3", -1, (14, 0) => (16, 0), &["chutich.03646", "giamdoc.sxd"], 0, SHORT, Fate::Held),
    scene!("Họp thẩm định dự toán", "STC", "thuky1.stc", "giamdoc.stc", "working", "in_person", "departments", "P-STC", 1, (15, 30) => (17, 0), &["phogiamdoc.stc", "giamdoc.snv"], 0, SHORT, Fate::Scheduled),
    scene!("Họp giao ban tháng với các sở, ngành", "UBND", "thuky1.vpub", "chutich.ubnd", "briefing", "hybrid", "departments", "P1", 2, (7, 30) => (10, 30), HEADS, 10, SHORT, Fate::Scheduled),
    scene!("Họp giải quyết vướng mắc giải phóng mặt bằng dự án hồ chứa nước Bản Mòng", "UBND", "thuky2.vpub", "pct2.ubnd", "working", "in_person", "communes", "P1", 3, (13, 30) => (16, 0), &["giamdoc.snnmt", "giamdoc.stc", "chutich.03646", "giamdoc.snv"], 0, SHORT, Fate::Scheduled),
    scene!("Hội nghị triển khai Kế hoạch thực hiện Kết luận 226-KL/TW của Ban Bí thư", "UBND", "thuky1.vpub", "pct1.ubnd", "dissemination", "online", "communes", "", 5, (7, 30) => (11, 30), HEADS, 75, PLENARY, Fate::Scheduled),
    scene!("Phiên họp thường kỳ UBND tỉnh", "UBND", "thuky1.vpub", "chutich.ubnd", "regular_session", "in_person", "departments", "P1", 7, (7, 30) => (11, 30), HEADS, 0, PLENARY, Fate::Scheduled),
    scene!("Hội nghị chuyên môn về tinh giản biên chế", "SNV", "thuky1.snv", "giamdoc.snv", "professional", "hybrid", "communes", "P-SNV", 8, (14, 0) => (16, 30), INTERIOR, 20, SHORT, Fate::Scheduled),
    scene!("Họp giao ban xã Mường La", "03808", "thuky.03808", "chutich.03808", "briefing", "in_person", "internal", "P-03808", 2, (14, 0) => (15, 30), &[], 0, SHORT, Fate::Scheduled),
    scene!("Hội nghị đối thoại giữa lãnh đạo UBND tỉnh với doanh nghiệp", "UBND", "thuky2.vpub", "chutich.ubnd", "dialogue", "in_person", "people", "HT", 9, (13, 30) => (17, 0), HEADS, 0, SHORT, Fate::Postponed("Chủ trì dự họp đột xuất của Trung ương")),
    scene!("Họp kiểm tra đường truyền điểm cầu cấp xã", "VPUB", "thuky1.vpub", "phocvp.vpub", "coordination", "online", "communes", "", 4, (10, 0) => (11, 0), OFFICE, 30, SHORT, Fate::Cancelled("Lồng ghép vào hội nghị tập huấn")),
    scene!("Hội nghị sơ kết thực hiện mô hình họp không giấy", "VPUB", "thuky1.vpub", "chanhvp.vpub", "review", "hybrid", "departments", "P3", 10, (8, 0) => (11, 0), OFFICE, 8, SHORT, Fate::Draft),
    scene!("Họp xây dựng chương trình công tác năm", "SNV", "thuky1.snv", "giamdoc.snv", "working", "online", "internal", "", 6, (8, 0) => (10, 0), INTERIOR, 0, SHORT, Fate::Draft),
];
