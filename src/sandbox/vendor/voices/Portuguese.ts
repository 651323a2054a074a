import type { Voice } from "./Voice.ts"

export const portuguese: Voice = {
  language: "pt",
  names: ["Beatriz Moura", "Rafael Teixeira", "Larissa Campos", "Thiago Nogueira", "Mariana Pires", "João Valente"],
  bios: [
    "Receitas simples todo dia",
    "Vida leve e muito sol",
    "Treino em casa sem desculpa",
    "Mãe, empreendedora e apaixonada por moda",
    "Fotografia e estrada",
    "Parcerias por direct"
  ],
  captions: [
    "Bom dia com cheiro de café fresquinho",
    "Esse lugar é ainda mais bonito ao vivo",
    "Receita rápida pra salvar o jantar",
    "Um dia de cada vez, sem pressa",
    "Bastidores do nosso último ensaio",
    "Treino curtinho que funciona de verdade",
    "Chegou coleção nova e eu estou apaixonada",
    "Saudade desse mar",
    "Três dicas que mudaram a minha rotina",
    "Obrigada por tanto carinho"
  ],
  prompts: ["E aí, gostou?", "Salva pra não esquecer", "Link na bio", "Marca aquela amiga", "Me conta aqui nos comentários"],
  disclosures: ["#publi", "Parceria paga com @brand", "#publicidade @brand", "Em parceria com @brand"],
  hashtags: ["receitafacil", "viagem", "modafeminina", "treinoemcasa", "riodejaneiro", "lisboa", "autocuidado", "dicas"],
  places: [
    { name: "Rio de Janeiro, Rio de Janeiro", slug: "rio-de-janeiro", latitude: -22.9068, longitude: -43.1729 },
    { name: "São Paulo, Brazil", slug: "sao-paulo-brazil", latitude: -23.5505, longitude: -46.6333 },
    { name: "Lisboa, Portugal", slug: "lisboa-portugal", latitude: 38.7223, longitude: -9.1393 }
  ],
  comments: {
    positive: [
      "Que lindo",
      "Amei demais",
      "Maravilhosa",
      "Perfeita",
      "Fiz aqui e ficou uma delícia",
      "Arrasou",
      "Que lugar incrível",
      "Muito obrigada pela dica"
    ],
    neutral: ["Onde fica?", "Qual o valor?", "Qual tamanho você usa?", "Tem link?", "Mandei direct"],
    negative: ["Não gostei", "Muita propaganda", "Caro demais", "Comprei e me arrependi"]
  }
}
