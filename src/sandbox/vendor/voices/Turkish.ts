import type { Voice } from "./Voice.ts"

export const turkish: Voice = {
  language: "tr",
  names: ["Elif Yıldız", "Kerem Aksoy", "Zeynep Arslan", "Burak Şahin", "Defne Kaya"],
  bios: [
    "Ev yemekleri ve kahve",
    "İstanbul sokakları",
    "Spor ve sağlıklı yaşam",
    "Minik bir ev, kocaman hayaller",
    "İş birliği için DM"
  ],
  captions: [
    "Güne kahveyle başlayanlar burada mı",
    "Bu tarif çok kolay ve çok lezzetli",
    "Boğazda güzel bir akşam",
    "Yeni sezon sonunda geldi",
    "Bir ayın sonunda gördüğüm fark",
    "Küçük mutluluklar biriktiriyorum",
    "Evin en sevdiğim köşesi",
    "Yolculuk bana iyi geliyor"
  ],
  prompts: ["Siz ne dersiniz?", "Kaydetmeyi unutmayın", "Link profilde", "Yorumlara yazın"],
  disclosures: ["#reklam", "#işbirliği @brand", "@brand ile ücretli ortaklık"],
  hashtags: ["istanbul", "tarif", "evdekorasyonu", "kombin", "kahve", "spor", "gezi"],
  places: [
    { name: "Istanbul, Turkey", slug: "istanbul-turkey", latitude: 41.0082, longitude: 28.9784 },
    { name: "İzmir, Turkey", slug: "izmir-turkey", latitude: 38.4237, longitude: 27.1428 }
  ],
  comments: {
    positive: ["Çok güzel", "Bayıldım", "Harikasın", "Ellerine sağlık", "Mükemmel olmuş", "Çok teşekkürler"],
    neutral: ["Nerede burası?", "Fiyatı ne kadar?", "Tarifi alabilir miyim?", "Kaç beden?"],
    negative: ["Hiç beğenmedim", "Çok pahalı", "Hep reklam", "Hayal kırıklığı"]
  }
}
