import com.amazon.randomcutforest.RandomCutForest;
import com.amazon.randomcutforest.config.TransformMethod;
import com.amazon.randomcutforest.parkservices.ThresholdedRandomCutForest;
import com.amazon.randomcutforest.state.RandomCutForestMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The AWS forest in Java. Speaks the protocol of driver.py; CPU time includes compiler and collector. */
public final class ForestPeer {
  /** One model: score a row, then learn it. */
  interface Model {
    double process(float[] row);
  }

  private static final Map<String, String> JOB = new HashMap<>();

  public static void main(String[] words) throws Exception {
    for (String word : words) {
      String[] pair = word.split("=", 2);
      JOB.put(pair[0], pair[1]);
    }
    if (JOB.get("mode").equals("memory")) {
      measureMemory();
    } else {
      measureSpeed();
    }
  }

  private static int number(String key) {
    return Integer.parseInt(JOB.get(key));
  }

  private static void measureSpeed() throws Exception {
    float[][] rows = readRows();
    Model[] models = warmUp(rows, number("models"));
    int next = models.length * number("warm_rows");
    int points = models.length * number("segment_rows");
    String version = JOB.getOrDefault("version", "unknown");
    System.out.printf("{\"event\": \"ready\", \"version\": \"%s\"}%n", version);
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    while (commands.readLine() != null && next + points <= rows.length) {
      long before = cpuNanoseconds();
      double sum = 0;
      for (int i = 0; i < points; i++) {
        sum += models[i % models.length].process(rows[next + i]);
      }
      double cpu = (cpuNanoseconds() - before) * 1e-9;
      next += points;
      System.out.printf(Locale.ROOT,
          "{\"event\": \"segment\", \"points\": %d, \"cpu\": %.9f, \"score_sum\": %.6f}%n", points, cpu, sum);
    }
  }

  private static void measureMemory() throws Exception {
    float[][] rows = readRows();
    warmUp(rows, 1);
    long before = liveBytes();
    Model[] models = warmUp(rows, number("models"));
    double each = (liveBytes() - before) / (double) models.length;
    System.out.printf(Locale.ROOT, "{\"event\": \"memory\", \"bytes_per_model\": %.1f, \"state_bytes\": %s}%n",
        each, stateBytes(rows));
    models[0].process(rows[0]);  // keeps the models alive until here
  }

  /** Models warmed one after the other, each by its own rows. */
  private static Model[] warmUp(float[][] rows, int count) {
    int share = number("warm_rows");
    Model[] models = new Model[count];
    for (int m = 0; m < count; m++) {
      models[m] = make(number("seed") + m);
      for (int i = 0; i < share; i++) {
        models[m].process(rows[m * share + i]);
      }
    }
    return models;
  }

  private static Model make(long seed) {
    return JOB.get("detector").equals("thresholded") ? thresholded(seed) : plain(forest(seed));
  }

  private static Model plain(RandomCutForest forest) {
    return row -> {
      double score = forest.getAnomalyScore(row);
      forest.update(row);
      return score;
    };
  }

  private static RandomCutForest forest(long seed) {
    int shingle = number("shingle_size");
    return RandomCutForest.builder().dimensions(number("input_dimensions") * shingle).shingleSize(shingle)
        .numberOfTrees(number("trees")).sampleSize(number("samples")).initialAcceptFraction(0.125)
        .internalShinglingEnabled(shingle > 1).randomSeed(seed).build();
  }

  private static Model thresholded(long seed) {
    int shingle = number("shingle_size");
    ThresholdedRandomCutForest detector = ThresholdedRandomCutForest.builder()
        .dimensions(number("input_dimensions") * shingle).shingleSize(shingle).numberOfTrees(number("trees"))
        .sampleSize(number("samples")).initialAcceptFraction(0.125).internalShinglingEnabled(true)
        .transformMethod(TransformMethod.NORMALIZE).randomSeed(seed).build();
    long[] time = {0};
    return row -> detector.process(widen(row), time[0] += 60_000).getRCFScore();
  }

  private static double[] widen(float[] row) {
    double[] wide = new double[row.length];
    for (int i = 0; i < row.length; i++) {
      wide[i] = row[i];
    }
    return wide;
  }

  /** Size of one forest's state with its trees, by Java's own object stream; null for other detectors. */
  private static String stateBytes(float[][] rows) throws Exception {
    if (JOB.get("detector").equals("thresholded")) {
      return "null";
    }
    RandomCutForest forest = forest(number("seed"));
    for (int i = 0; i < number("warm_rows"); i++) {
      forest.update(rows[i]);
    }
    RandomCutForestMapper mapper = new RandomCutForestMapper();
    mapper.setSaveTreeStateEnabled(true);
    mapper.setSaveExecutorContextEnabled(true);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream stream = new ObjectOutputStream(bytes)) {
      stream.writeObject(mapper.toState(forest));
    }
    return Integer.toString(bytes.size());
  }

  private static float[][] readRows() throws Exception {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Path.of(JOB.get("data")))).order(ByteOrder.LITTLE_ENDIAN);
    int dimensions = number("input_dimensions");
    float[][] rows = new float[bytes.capacity() / 4 / dimensions][dimensions];
    for (float[] row : rows) {
      bytes.asFloatBuffer().get(row);
      bytes.position(bytes.position() + 4 * dimensions);
    }
    return rows;
  }

  private static long cpuNanoseconds() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
  }

  private static long liveBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
