import { Prng } from "./Prng.ts"
import { videoUrl } from "./SignedUrl.ts"

/** The streaming manifest that makes up half of a recorded profile's bytes; a third of the videos say `null`. */
export const videoManifest = (shortcode: string, seconds: number, day: number) => {
  const prng = new Prng("manifest", shortcode)
  const qualities = prng.int(3, 5)
  return {
    is_dash_eligible: true,
    video_dash_manifest: prng.chance(0.33) ? null : mpd(shortcode, seconds, day, qualities),
    number_of_qualities: qualities
  }
}

const mpd = (shortcode: string, seconds: number, day: number, qualities: number): string => {
  const duration = `PT0H0M${seconds}S`
  return `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ` +
    `xsi:schemaLocation="urn:mpeg:dash:schema:mpd:2011 DASH-MPD.xsd" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" ` +
    `minBufferTime="PT2S" type="static" mediaPresentationDuration="${duration}" maxSegmentDuration="PT0H0M2.005S">\n` +
    `  <Period id="0" duration="${duration}">\n` +
    `    <AdaptationSet id="0" contentType="video" width="1080" height="1920" subsegmentAlignment="true" par="9:16">\n` +
    Array.from({ length: qualities }, (_, index) => representation(shortcode, day, index)).join("") +
    `    </AdaptationSet>\n  </Period>\n</MPD>\n`
}

const representation = (shortcode: string, day: number, index: number): string => {
  const prng = new Prng("representation", shortcode, index)
  const url = videoUrl(`${shortcode}/${index}`, day).replaceAll("&", "&amp;")
  return `      <Representation id="${prng.digits(15)}vd" bandwidth="${
    prng.int(90_000, 2_400_000)
  }" codecs="vp09.00.31.08.00.01.01.01.01" ` +
    `mimeType="video/mp4" sar="1:1" FBQualityClass="sd" FBQualityLabel="${[270, 360, 480, 720, 1080][index] ?? 240}w">\n` +
    `        <BaseURL>${url}</BaseURL>\n        <SegmentBase indexRange="${prng.int(800, 900)}-${
      prng.int(901, 1_200)
    }" timescale="15360">\n` +
    `          <Initialization range="0-${prng.int(700, 799)}"/>\n        </SegmentBase>\n      </Representation>\n`
}
