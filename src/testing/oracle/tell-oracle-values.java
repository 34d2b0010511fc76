/*
 * Has Debezium's connector for Oracle read values as LogMiner writes them into its statements, and prints what the connector makes of them, a line of
 * JSON each: src/debezium/oracle-told.jsonl was made so. The classes are the connector's own; there is no database, so what LogMiner
 * itself writes is as the connector's parser expects it. Needs a JDK 17 and the jars of io.debezium:debezium-connector-oracle:3.2.0.Final and
 * org.apache.kafka:connect-json:3.9.0 with what these ask for:
 *   java -cp 'JARS/*' src/testing/oracle/tell-oracle-values.java > src/debezium/oracle-told.jsonl
 */
import io.debezium.config.Configuration;
import io.debezium.connector.oracle.OracleConnection;
import io.debezium.connector.oracle.OracleConnectorConfig;
import io.debezium.connector.oracle.OracleValueConverters;
import io.debezium.connector.oracle.antlr.OracleDdlParser;
import io.debezium.connector.oracle.logminer.parser.LogMinerDmlParser;
import io.debezium.relational.Column;
import io.debezium.relational.Table;
import io.debezium.relational.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.json.JsonConverter;

public class TellOracleValues {
  /** Column: its declaration, then values as LogMiner writes them. */
  static final String[][] COLUMNS = {
    {"N2", "number(2)", "'-7'"},
    {"N4", "number(4)", "'9999'"},
    {"N9", "number(9)", "'-999999999'"},
    {"N18", "number(18)", "'999999999999999999'"},
    {"N19", "number(19)", "'9223372036854775808'"},
    {"I", "integer", "'1234567890123456789012345678901234'"},
    {"N", "number", "'.5'", "'-12345678901234567890.12345678901234'", "'1.0E+40'", "'100'"},
    {"D", "number(10,2)", "'12345.6'", "'-.01'"},
    {"NS", "number(5,-2)", "'1234500'"},
    {"NB", "number(30,-2)", "'100'"},
    {"F", "float", "'1.5'"},
    {"BF", "binary_float", "'1.0000000149011612E-001'", "'Nan'", "'Inf'"},
    {"BD", "binary_double", "'1.0000000000000001E-001'", "'Nan'", "'Inf'"},
    {"C", "char(5)", "'ab   '"},
    {"NC", "nchar(5)", "UNISTR('\\00E4\\D83C\\DF3F ')"},
    {"V", "varchar2(20)", "'it''s'"},
    {"NV", "nvarchar2(20)", "UNISTR('a\\005Cb\\D83C\\DF3F')"},
    {"R", "raw(9)", "HEXTORAW('00ff0a')"},
    {"DT", "date", "TO_DATE('2024-02-29 03:04:05', 'YYYY-MM-DD HH24:MI:SS')"},
    {"T3", "timestamp(3)", "TO_TIMESTAMP('2024-02-29 03:04:05.678')"},
    {"T6", "timestamp", "TO_TIMESTAMP('2024-02-29 03:04:05.678901')", "TO_TIMESTAMP('0001-01-01 00:00:00.000001')"},
    {"T9", "timestamp(9)", "TO_TIMESTAMP('2024-02-29 03:04:05.678901234')", "TO_TIMESTAMP('2500-01-01 00:00:00')"},
    {"TZ", "timestamp with time zone", "TO_TIMESTAMP_TZ('2024-02-29 03:04:05.678901 -11:00')", "TO_TIMESTAMP_TZ('2024-02-29 03:04:05 +00:00')"},
    {"L", "timestamp(3) with local time zone", "TO_TIMESTAMP_TZ('2024-02-29 03:04:05.678')"},
  };

  public static void main(String[] arguments) throws Exception {
    List<String> lines = new ArrayList<>();
    for (String decimals : List.of("string", "precise", "double"))
      for (String times : List.of("adaptive", "connect")) tell(decimals, times, lines);
    System.out.println(String.join("\n", lines));
  }

  static void tell(String decimals, String times, List<String> lines) throws Exception {
    Configuration settings = Configuration.create()
      .with("topic.prefix", "s").with("database.hostname", "h").with("database.user", "u").with("database.password", "p").with("database.dbname", "ORCL")
      .with("decimal.handling.mode", decimals).with("time.precision.mode", times).with("binary.handling.mode", "base64").build();
    OracleConnectorConfig config = new OracleConnectorConfig(settings);
    OracleValueConverters converters = new OracleValueConverters(config, unconnected());
    Tables tables = new Tables();
    OracleDdlParser definitions = new OracleDdlParser(converters, Tables.TableFilter.includeAll());
    definitions.setCurrentDatabase("ORCL");
    definitions.setCurrentSchema("SHOP");
    definitions.parse("create table SHOP.T (" + java.util.Arrays.stream(COLUMNS).map(each -> each[0] + " " + each[1]).collect(Collectors.joining(", ")) + ");", tables);
    Table table = tables.forTable("ORCL", "SHOP", "T");
    JsonConverter json = new JsonConverter();
    json.configure(Map.of("schemas.enable", "false"), false);
    for (String[] each : COLUMNS)
      for (int i = 2; i < each.length; i++) {
        Column column = table.columnWithName(each[0]);
        String said = told(column, each[i], config, table, converters, json);
        lines.add("{\"decimals\":\"" + decimals + "\",\"times\":\"" + times + "\",\"column\":\"" + each[0] + "\",\"literal\":" + quoted(each[i]) + "," + said + "}");
      }
  }

  static String told(Column column, String literal, OracleConnectorConfig config, Table table, OracleValueConverters converters, JsonConverter json) {
    String statement = "insert into \"SHOP\".\"T\"(\"" + column.name() + "\") values (" + literal + ");";
    try {
      Object read = new LogMinerDmlParser(config).parse(statement, table).getNewValues()[column.position() - 1];
      Schema schema = converters.schemaBuilder(column).optional().build();
      Object value = converters.converter(column, new Field(column.name(), 0, schema)).convert(read);
      String name = schema.name() == null ? "null" : quoted(schema.name());
      return "\"type\":\"" + schema.type() + "\",\"name\":" + name + ",\"value\":" + new String(json.fromConnectData("t", schema, value), java.nio.charset.StandardCharsets.UTF_8);
    } catch (Exception error) {
      return "\"fails\":\"" + error.getClass().getSimpleName() + "\"";
    }
  }

  static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /** The converters ask a connection for the national character set, and for nothing else. */
  static class Unconnected extends OracleConnection {
    Unconnected() {
      super(null);
    }

    @Override
    public oracle.sql.CharacterSet getNationalCharacterSet() {
      return oracle.sql.CharacterSet.make(oracle.sql.CharacterSet.AL16UTF16_CHARSET);
    }
  }

  /** Its constructor would connect. */
  static OracleConnection unconnected() throws Exception {
    var field = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
    field.setAccessible(true);
    return (OracleConnection) ((sun.misc.Unsafe) field.get(null)).allocateInstance(Unconnected.class);
  }
}
