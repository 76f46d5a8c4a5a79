# SPDX-License-Identifier: Apache-2.0
"""Names of the fictional city. No such city exists; its streets are named as streets in Vietnam are."""

from __future__ import annotations

CITY = "Thành phố Lạc Giang"
CITY_CODE = "lac-giang"
RIVER = "Sông Lạc"
CANALS = ("Kênh Bà Hạnh", "Kênh Gò Sậy")

NORTH_WARDS = ("Chợ Cũ", "Bến Sậy", "Hòa Lạc", "Gò Mơ", "Xuân Đài", "Bình Sơn", "Mỹ Lâm", "Đông Kiều")
SOUTH_WARDS = ("Tân Giang", "Cầu Ván", "Thủy Vân", "Long Trì", "Phước Lộc", "Vĩnh An")

FORMER_WARDS = ("Chợ Cũ Tây", "Chợ Cũ Đông")

PARKS = (
    "Công viên Bến Sậy",
    "Công viên Hồ Sen",
    "Công viên Gò Mơ",
    "Công viên Thủy Vân",
    "Vườn hoa Chợ Cũ",
    "Công viên Thanh Niên",
)

BRIDGES = (
    "Cầu Lạc Giang",
    "Cầu Bến Sậy",
    "Cầu Ván",
    "Cầu Tân Giang",
    "Cầu Đông Kiều",
    "Cầu Thủy Vân",
    "Cầu Long Trì",
    "Cầu Gò Mơ",
    "Cầu Xuân Đài",
    "Cầu Hòa Lạc",
    "Cầu Mỹ Lâm",
    "Cầu Sắt",
)

RADIALS = (
    "Trần Hưng Đạo",
    "Lê Lợi",
    "Nguyễn Huệ",
    "Quang Trung",
    "Hùng Vương",
    "Lý Thường Kiệt",
    "Hai Bà Trưng",
    "Cách Mạng Tháng Tám",
    "Điện Biên Phủ",
)
RINGS = (
    ("Vành Đai Trong Bắc", "Vành Đai Trong Tây", "Vành Đai Trong Nam", "Vành Đai Trong Đông"),
    ("Võ Nguyên Giáp", "Phạm Văn Đồng", "Võ Văn Kiệt", "Nguyễn Văn Linh"),
)
BANKS = ("Bạch Đằng", "Bến Sậy", "Bến Nghênh", "Tôn Đức Thắng")

STREETS = (
    "Nguyễn Trãi", "Lê Thánh Tông", "Ngô Quyền", "Đinh Tiên Hoàng", "Lý Thái Tổ", "Trần Nhân Tông",
    "Phan Bội Châu", "Phan Chu Trinh", "Nguyễn Du", "Hồ Xuân Hương", "Đoàn Thị Điểm", "Bà Huyện Thanh Quan",
    "Nguyễn Bỉnh Khiêm", "Chu Văn An", "Lương Thế Vinh", "Lê Quý Đôn", "Ngô Thì Nhậm", "Nguyễn Thái Học",
    "Phạm Ngũ Lão", "Yết Kiêu", "Dã Tượng", "Trần Quang Khải", "Trần Khánh Dư", "Trần Quốc Toản",
    "Lê Lai", "Nguyễn Xí", "Đinh Lễ", "Trần Nguyên Hãn", "Bùi Thị Xuân", "Võ Văn Tần",
    "Nguyễn Thị Minh Khai", "Võ Thị Sáu", "Lê Hồng Phong", "Hà Huy Tập", "Nguyễn Văn Cừ", "Trần Phú",
    "Lý Tự Trọng", "Kim Đồng", "Nguyễn Văn Trỗi", "Phạm Hồng Thái", "Hoàng Hoa Thám", "Nguyễn Tri Phương",
    "Hoàng Diệu", "Trương Định", "Nguyễn Trung Trực", "Phan Đình Phùng", "Cao Thắng", "Tôn Thất Thuyết",
    "Hàm Nghi", "Duy Tân", "Lương Văn Can", "Nguyễn Cư Trinh", "Mạc Đĩnh Chi", "Nguyễn Khuyến",
    "Trần Tế Xương", "Cao Bá Quát", "Nguyễn Công Trứ", "Nguyễn Đình Chiểu", "Bùi Hữu Nghĩa", "Phan Văn Trị",
    "Hàn Thuyên", "Trương Hán Siêu", "Lê Văn Hưu", "Lê Hữu Trác", "Tuệ Tĩnh", "Phạm Ngọc Thạch",
    "Đặng Thai Mai", "Tôn Thất Tùng", "Xuân Diệu", "Huy Cận", "Hàn Mặc Tử", "Nguyễn Bính",
    "Tản Đà", "Ngô Tất Tố", "Nam Cao", "Vũ Trọng Phụng", "Nguyễn Tuân", "Thạch Lam",
    "Tô Hoài", "Nguyễn Thi", "Văn Cao", "Đỗ Nhuận", "Trịnh Công Sơn", "Lưu Hữu Phước",
    "Tô Ngọc Vân", "Bùi Xuân Phái", "Nguyễn Phan Chánh", "Hoa Sen", "Hoa Phượng", "Hoa Sữa",
    "Hoa Mai", "Cây Trâm", "Cây Da", "Cây Gáo", "Gò Mơ", "Gò Dầu Nhỏ",
    "Bến Đò", "Bến Cũ", "Chợ Cũ", "Lò Gốm", "Hàng Chiếu", "Hàng Đàn",
    "Xóm Chài", "Đồng Tâm", "Hòa Bình", "Thống Nhất", "Độc Lập", "Giải Phóng",
    "Thanh Niên", "Học Lạc", "Tân Lập", "Vĩnh Phước", "An Thịnh", "Phú Hòa",
    "Long Trì", "Mỹ Lâm", "Xuân Đài", "Đông Kiều", "Thủy Vân", "Hòa Lạc",
    "Nguyễn Hiền", "Phùng Khắc Khoan", "Giang Văn Minh", "Lê Văn Thịnh", "Trần Thủ Độ", "Lý Nam Đế",
    "Phùng Hưng", "Mai Hắc Đế", "Triệu Quang Phục", "Khúc Thừa Dụ", "Dương Đình Nghệ", "Lê Đại Hành",
    "Đào Duy Từ", "Nguyễn Phúc Chu", "Thoại Ngọc Hầu", "Nguyễn Văn Thoại", "Lê Văn Sỹ", "Út Tịch",
    "Nguyễn Viết Xuân", "Cù Chính Lan", "Tô Vĩnh Diện", "Phan Đình Giót", "La Văn Cầu", "Bế Văn Đàn",
    "Trần Can", "Lê Bình", "Ba Tháng Hai", "Ba Mươi Tháng Tư", "Mồng Hai Tháng Chín", "Nguyễn An Ninh",
    "Trần Cao Vân", "Thái Phiên", "Ông Ích Khiêm", "Tăng Bạt Hổ", "Mai Xuân Thưởng", "Lê Trung Đình",
)  # fmt: skip

PEOPLE = (
    "Nguyễn Thị Hà", "Trần Văn Lâm", "Lê Minh Quân", "Phạm Thu Trang", "Huỳnh Ngọc Sơn", "Đỗ Thanh Bình",
    "Võ Thị Mai", "Bùi Đức Anh", "Đặng Hoài Nam", "Phan Kim Liên", "Hồ Quốc Việt", "Ngô Thị Duyên",
    "Dương Văn Tài", "Lý Thành Công", "Mai Thị Hồng", "Trịnh Xuân Phúc",
)  # fmt: skip
