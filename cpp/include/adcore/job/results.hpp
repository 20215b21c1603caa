// What comes out of a JobEngine: columns, named as the results of the API are. See record_columns.hpp.
#pragma once

#include "adcore/column/interner.hpp"
#include "adcore/job/record_columns.hpp"

namespace adcore {

struct BucketColumns {
  Times timestamp;
  Numbers anomaly_score;
  Numbers initial_anomaly_score;
  Numbers event_count;
  Flags is_interim;
  Codes first_bucket_influencer;
  Codes bucket_influencers;
  Codes first_record;
  Codes records;
  Codes first_influencer;
  Codes influencers;
  Codes first_event;
  Codes events;

  template <class Visit>
  void columns(Visit& visit) {
    visit("timestamp", timestamp);
    visit("anomaly_score", anomaly_score);
    visit("initial_anomaly_score", initial_anomaly_score);
    visit("event_count", event_count);
    visit("is_interim", is_interim);
    visit("first_bucket_influencer", first_bucket_influencer);
    visit("bucket_influencers", bucket_influencers);
    visit("first_record", first_record);
    visit("records", records);
    visit("first_influencer", first_influencer);
    visit("influencers", influencers);
    visit("first_event", first_event);
    visit("events", events);
  }
};

struct EventColumns {
  Codes event;

  template <class Visit>
  void columns(Visit& visit) {
    visit("event", event);
  }
};

struct BucketInfluencerColumns {
  Codes bucket;
  Times timestamp;
  Codes influencer_field_name;
  Numbers anomaly_score;
  Numbers initial_anomaly_score;
  Numbers raw_anomaly_score;
  Numbers probability;
  Flags is_interim;
  ScoredColumns scored;

  template <class Visit>
  void columns(Visit& visit) {
    visit("bucket", bucket);
    visit("timestamp", timestamp);
    visit("influencer_field_name", influencer_field_name);
    visit("anomaly_score", anomaly_score);
    visit("initial_anomaly_score", initial_anomaly_score);
    visit("raw_anomaly_score", raw_anomaly_score);
    visit("probability", probability);
    visit("is_interim", is_interim);
    scored.columns(visit);
  }
};

struct InfluenceColumns {
  Codes influencer_field_name;
  Codes influencer_field_value;
  Numbers influence;

  template <class Visit>
  void columns(Visit& visit) {
    visit("influencer_field_name", influencer_field_name);
    visit("influencer_field_value", influencer_field_value);
    visit("influence", influence);
  }
};

struct InfluencerColumns {
  Codes bucket;
  Times timestamp;
  Codes influencer_field_name;
  Codes influencer_field_value;
  Numbers influencer_score;
  Numbers initial_influencer_score;
  Numbers probability;
  Flags is_interim;
  ScoredColumns scored;

  template <class Visit>
  void columns(Visit& visit) {
    visit("bucket", bucket);
    visit("timestamp", timestamp);
    visit("influencer_field_name", influencer_field_name);
    visit("influencer_field_value", influencer_field_value);
    visit("influencer_score", influencer_score);
    visit("initial_influencer_score", initial_influencer_score);
    visit("probability", probability);
    visit("is_interim", is_interim);
    scored.columns(visit);
  }
};

struct PlotColumns {
  Times timestamp;
  Codes detector_index;
  Codes partition_field_value;
  Codes over_field_value;
  Codes by_field_value;
  Codes model_feature;
  Numbers model_lower;
  Numbers model_median;
  Numbers model_upper;
  Numbers actual;

  template <class Visit>
  void columns(Visit& visit) {
    visit("timestamp", timestamp);
    visit("detector_index", detector_index);
    visit("partition_field_value", partition_field_value);
    visit("over_field_value", over_field_value);
    visit("by_field_value", by_field_value);
    visit("model_feature", model_feature);
    visit("model_lower", model_lower);
    visit("model_median", model_median);
    visit("model_upper", model_upper);
    visit("actual", actual);
  }
};

struct JobResults {
  Interner texts;
  BucketColumns buckets;
  EventColumns scheduled_events;
  BucketInfluencerColumns bucket_influencers;
  RecordColumns records;
  LeafColumns causes;
  InfluenceColumns influences;
  InfluencerColumns influencers;
  PlotColumns model_plot;

  /// visit(name, table) for every table.
  template <class Visit>
  void tables(const Visit& visit) {
    visit("buckets", buckets);
    visit("scheduled_events", scheduled_events);
    visit("bucket_influencers", bucket_influencers);
    visit("records", records);
    visit("causes", causes);
    visit("influences", influences);
    visit("influencers", influencers);
    visit("model_plot", model_plot);
  }
};

struct ForecastTable {
  Interner texts;
  Times timestamp;
  Codes detector_index;
  Codes partition_field_value;
  Codes by_field_value;
  Codes model_feature;
  Numbers forecast_lower;
  Numbers forecast_prediction;
  Numbers forecast_upper;

  template <class Visit>
  void columns(Visit& visit) {
    visit("timestamp", timestamp);
    visit("detector_index", detector_index);
    visit("partition_field_value", partition_field_value);
    visit("by_field_value", by_field_value);
    visit("model_feature", model_feature);
    visit("forecast_lower", forecast_lower);
    visit("forecast_prediction", forecast_prediction);
    visit("forecast_upper", forecast_upper);
  }
};

}  // namespace adcore
