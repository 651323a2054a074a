import type { Voice } from "./Voice.ts"

export const french: Voice = {
  language: "fr",
  names: [
    "Camille Laurent",
    "Hugo Perrin",
    "Élodie Garnier",
    "Nathan Roussel",
    "Manon Delacroix",
    "Samir Belkacem",
    "Jeanne Colin"
  ],
  bios: [
    "Cuisine du quotidien, sans chichi",
    "Carnets de voyage",
    "Maman, couturière, rêveuse",
    "Coach sportif à Lyon",
    "Mode responsable et petites trouvailles",
    "Photographe entre Paris et Marseille"
  ],
  captions: [
    "Un dimanche comme je les aime",
    "La lumière de ce matin, sans filtre",
    "Petite astuce que j’aurais aimé connaître plus tôt",
    "On a marché quinze kilomètres pour cette vue",
    "Le gâteau de ma grand-mère, enfin réussi",
    "Je vous emmène dans les coulisses",
    "Retour sur une semaine bien remplie",
    "Il suffit parfois de changer les rideaux",
    "Ma routine du soir en cinq minutes",
    "Merci pour vos messages, je les lis tous"
  ],
  prompts: [
    "Vous en pensez quoi ?",
    "Enregistrez pour plus tard",
    "Lien en bio",
    "Dites-moi tout en commentaire",
    "Plutôt 1 ou 2 ?"
  ],
  disclosures: [
    "#publicité",
    "Collaboration commerciale avec @brand",
    "#partenariat rémunéré @brand",
    "Produit offert par @brand"
  ],
  hashtags: ["recettefacile", "voyage", "modeéthique", "paris", "lifestyle", "decointerieur", "routinebeaute", "cuisinemaison"],
  places: [
    { name: "Paris, France", slug: "paris-france", latitude: 48.8566, longitude: 2.3522 },
    { name: "Marseille, France", slug: "marseille-france", latitude: 43.2965, longitude: 5.3698 },
    { name: "Montréal, Québec", slug: "montreal-quebec", latitude: 45.5019, longitude: -73.5674 }
  ],
  comments: {
    positive: [
      "Trop beau",
      "J’adore",
      "Magnifique",
      "Merci pour la recette, un régal",
      "Tu es rayonnante",
      "Quelle vue !",
      "Hâte de voir la suite",
      "Sublime"
    ],
    neutral: [
      "C’est où exactement ?",
      "Tu fais quelle taille ?",
      "Quel est le prix ?",
      "Tu as un code ?",
      "Bonjour, je vous ai écrit en privé"
    ],
    negative: ["Bof, je n’aime pas du tout", "Encore de la pub", "Beaucoup trop cher", "Déçue par ce produit"]
  }
}
