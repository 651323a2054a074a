import type { Voice } from "./Voice.ts"

export const indonesian: Voice = {
  language: "id",
  names: ["Putri Lestari", "Bagas Pratama", "Dewi Anggraini", "Rizky Maulana", "Sari Wulandari"],
  bios: [
    "Resep rumahan setiap hari",
    "Jalan-jalan hemat",
    "Ibu rumah tangga yang suka menulis",
    "Olahraga di rumah",
    "Kerja sama lewat DM"
  ],
  captions: [
    "Selamat pagi dari Bandung yang dingin",
    "Resep gampang buat anak kos",
    "Akhirnya sampai juga di tempat impian",
    "Jujur, aku suka banget sama hasilnya",
    "Sarapan sederhana tapi bikin senang",
    "Outfit hari ini, semoga cocok",
    "Terima kasih untuk semua dukungannya",
    "Senja selalu punya cerita"
  ],
  prompts: ["Kalian suka yang mana?", "Simpan dulu ya", "Link di bio", "Tulis di kolom komentar"],
  disclosures: ["#ad @brand", "#iklan", "Kerja sama berbayar dengan @brand", "#endorse @brand"],
  hashtags: ["resepmudah", "bandung", "jakarta", "ootdindonesia", "jalanjalan", "skincarelokal", "kopi"],
  places: [
    { name: "Jakarta, Indonesia", slug: "jakarta-indonesia", latitude: -6.2088, longitude: 106.8456 },
    { name: "Ubud, Bali", slug: "ubud-bali", latitude: -8.5069, longitude: 115.2625 }
  ],
  comments: {
    positive: ["Cantik banget", "Keren kak", "Suka banget", "Makasih resepnya, enak", "Mantap", "Semangat terus kak"],
    neutral: ["Di mana ini kak?", "Harganya berapa?", "Ukuran apa kak?", "Spill dong kak"],
    negative: ["Kurang suka sih", "Kemahalan", "Iklan terus", "Kecewa sama produknya"]
  }
}
