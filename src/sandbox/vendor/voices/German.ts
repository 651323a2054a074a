import type { Voice } from "./Voice.ts"

export const german: Voice = {
  language: "de",
  names: ["Lena Hofmann", "Jonas Berger", "Miriam Scholz", "Felix Brandt", "Aylin Demir", "Greta Lindner"],
  bios: [
    "Einfach kochen, gut essen",
    "Wandern in den Alpen",
    "Altbau, Pflanzen, zwei Katzen",
    "Trainerin aus Hamburg",
    "Nachhaltige Mode ohne Zeigefinger",
    "Kooperationen per Mail"
  ],
  captions: [
    "Sonntag, Kuchen und kein Plan",
    "Endlich ist das Wohnzimmer fertig",
    "Dieses Rezept mache ich jede Woche",
    "Sechs Stunden Aufstieg für diesen Blick",
    "Ehrliche Meinung nach vier Wochen Test",
    "So sieht es wirklich hinter der Kamera aus",
    "Ein ruhiger Morgen am See",
    "Meine liebsten Funde vom Flohmarkt",
    "Kleine Schritte, jeden Tag",
    "Danke, dass ihr dabei seid"
  ],
  prompts: [
    "Was meint ihr?",
    "Speichert es euch ab",
    "Link in der Bio",
    "Schreibt es in die Kommentare",
    "Markiert jemanden, der das braucht"
  ],
  disclosures: ["Werbung", "#anzeige @brand", "Bezahlte Partnerschaft mit @brand", "Unbezahlte Werbung, selbst gekauft"],
  hashtags: ["altbauliebe", "wanderlust", "rezeptideen", "berlin", "nachhaltigkeit", "selbstgemacht", "fitness", "interior"],
  places: [
    { name: "Berlin, Germany", slug: "berlin-germany", latitude: 52.52, longitude: 13.405 },
    { name: "München", slug: "munchen", latitude: 48.1351, longitude: 11.582 },
    { name: "Wien", slug: "wien", latitude: 48.2082, longitude: 16.3738 }
  ],
  comments: {
    positive: [
      "So schön",
      "Liebe ich",
      "Sieht mega lecker aus",
      "Wunderschön",
      "Danke für den Tipp",
      "Ihr seid toll",
      "Richtig stark"
    ],
    neutral: ["Wo ist das?", "Welche Größe trägst du?", "Was kostet das?", "Gibt es das Rezept?"],
    negative: ["Finde ich leider gar nicht gut", "Nur noch Werbung", "Viel zu teuer", "Hat bei mir nicht funktioniert"]
  }
}
