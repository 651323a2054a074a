import type { Voice } from "./Voice.ts"

export const hindi: Voice = {
  language: "hi",
  names: ["Ananya Sharma", "Rohan Kapoor", "प्रिया वर्मा", "Kavya Iyer", "आरव मेहता", "Simran Gill"],
  bios: ["घर का खाना, दिल से", "मुंबई की गलियों से", "फिटनेस और सादगी", "साड़ी, चाय और कहानियाँ", "यात्रा मेरी दवा है", "काम के लिए मैसेज करें"],
  captions: [
    "सुबह की चाय और थोड़ी सी धूप",
    "आज की रेसिपी बहुत आसान है",
    "पहाड़ों में एक शांत शाम",
    "आप सबके प्यार के लिए बहुत धन्यवाद",
    "त्योहार की तैयारी शुरू हो गई है",
    "माँ के हाथ का स्वाद",
    "एक महीने की मेहनत का नतीजा",
    "नई शुरुआत, नया सफर",
    "यह जगह मुझे बार बार बुलाती है",
    "छोटी खुशियाँ ही सब कुछ हैं"
  ],
  prompts: ["आपको कैसा लगा?", "कमेंट में बताइए", "लिंक बायो में है", "अपने दोस्त को टैग करें", "बाद के लिए सेव करें"],
  disclosures: ["#ad @brand", "#विज्ञापन", "@brand के साथ सशुल्क साझेदारी", "#collab @brand"],
  hashtags: ["mumbai", "desi", "रेसिपी", "भारत", "sareelove", "travelindia", "फिटनेस", "चाय"],
  places: [
    { name: "Mumbai, Maharashtra", slug: "mumbai-maharashtra", latitude: 19.076, longitude: 72.8777 },
    { name: "New Delhi", slug: "new-delhi", latitude: 28.6139, longitude: 77.209 },
    { name: "Jaipur, Rajasthan", slug: "jaipur-rajasthan", latitude: 26.9124, longitude: 75.7873 }
  ],
  comments: {
    positive: ["बहुत सुंदर", "क्या बात है", "शानदार", "दिल जीत लिया", "Bahut badhiya", "मज़ा आ गया", "आप कमाल हो"],
    neutral: ["यह कहाँ है?", "कीमत क्या है?", "रेसिपी भेजो please", "कौन सा कैमरा है?"],
    negative: ["बिल्कुल अच्छा नहीं लगा", "बहुत महंगा है", "सिर्फ विज्ञापन", "बेकार"]
  }
}
