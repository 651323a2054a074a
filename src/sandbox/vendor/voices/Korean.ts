import type { Voice } from "./Voice.ts"

export const korean: Voice = {
  language: "ko",
  names: ["김서연", "이준호", "박지민", "Hana Choi", "정다은"],
  bios: ["서울 카페 기록", "매일 운동하는 사람", "작은 집 살림", "필름 사진과 여행", "협업 문의는 DM"],
  captions: [
    "오늘의 커피",
    "주말에 다녀온 바다",
    "집에서 간단하게 만든 파스타",
    "새로 산 가방 자랑",
    "운동 한 달 차 기록",
    "햇살 좋은 오후",
    "요즘 자주 입는 옷",
    "늘 응원해 주셔서 감사합니다"
  ],
  prompts: ["여러분은 어떤 게 좋아요?", "저장해 두세요", "프로필 링크 확인", "댓글로 알려 주세요"],
  disclosures: ["#광고", "#협찬 @brand", "@brand 유료 광고 포함", "#제품제공"],
  hashtags: ["서울카페", "데일리룩", "집밥", "운동하는여자", "여행스타그램", "제주도", "필름사진"],
  places: [
    { name: "Seoul, Korea", slug: "seoul-korea", latitude: 37.5665, longitude: 126.978 },
    { name: "제주도", slug: "jeju", latitude: 33.4996, longitude: 126.5312 }
  ],
  comments: {
    positive: ["너무 예뻐요", "최고예요", "맛있겠다", "분위기 좋아요", "언니 사랑해요", "잘 보고 있어요"],
    neutral: ["여기 어디예요?", "가격이 얼마예요?", "사이즈 알려 주세요", "정보 부탁드려요"],
    negative: ["너무 비싸요", "광고가 너무 많아요", "실망했어요", "별로예요"]
  }
}
