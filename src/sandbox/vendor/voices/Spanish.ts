import type { Voice } from "./Voice.ts"

export const spanish: Voice = {
  language: "es",
  names: ["Lucía Ferrer", "Mateo Rivas", "Camila Duarte", "Diego Santillán", "Valeria Ponce", "Andrés Quiroga", "Inés Valverde"],
  bios: [
    "Recetas fáciles para gente ocupada",
    "Viajo ligero y cuento todo",
    "Entrenador personal en Madrid",
    "Moda, café y perros",
    "Mamá de dos y fan del orden",
    "Fotografía de calle"
  ],
  captions: [
    "Domingo de mercado y sobremesa larga",
    "La receta que más me pedís, por fin aquí",
    "Un año entero para llegar hasta aquí",
    "Hoy tocaba parar y mirar el mar",
    "Lo que no se ve detrás de cada foto",
    "Tres cambios pequeños que notarás enseguida",
    "Volver a casa siempre es buena idea",
    "Primer día de entrenamiento después de las vacaciones",
    "Este rincón me tiene enamorada",
    "Gracias por acompañarme en esta locura"
  ],
  prompts: ["¿Lo probarías?", "Guárdalo para luego", "Te leo en comentarios", "Enlace en la bio", "Etiqueta a tu amiga"],
  disclosures: ["#publi", "Colaboración pagada con @brand", "#publicidad @brand", "En colaboración con @brand"],
  hashtags: ["recetasfaciles", "viajeros", "modaespaña", "vidasana", "madrid", "mexico", "rutina", "decoracion"],
  places: [
    { name: "Madrid, España", slug: "madrid-espana", latitude: 40.4168, longitude: -3.7038 },
    { name: "Ciudad de México", slug: "ciudad-de-mexico", latitude: 19.4326, longitude: -99.1332 },
    { name: "Buenos Aires, Argentina", slug: "buenos-aires-argentina", latitude: -34.6037, longitude: -58.3816 }
  ],
  comments: {
    positive: [
      "Qué bonito",
      "Me encanta",
      "Eres la mejor",
      "Lo hice y quedó riquísimo",
      "Preciosa",
      "Qué ganas de ir",
      "Gracias por compartirlo",
      "Espectacular"
    ],
    neutral: ["¿Dónde es?", "¿Qué talla llevas?", "¿Cuánto cuesta?", "¿Tienes la receta?", "Te escribí por privado"],
    negative: ["No me gustó nada", "Demasiada publicidad", "Carísimo", "A mí no me funcionó"]
  }
}
