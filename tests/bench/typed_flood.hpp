#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <hawser/payload.hpp>
#include <hawser/system.hpp>
#include <caf/actor_system.hpp>
#include <caf/type_id.hpp>

#include "workload.hpp"

namespace bench {

/// What both sides send: a type of the application, known to hawser and to CAF.
struct parcel {
  std::uint64_t number = 0;
  std::string text;
};
HAWSER_PAYLOAD(parcel, number, text)

template <class Inspector>
bool inspect(Inspector& f, parcel& x) {
  return f.object(x).fields(f.field("number", x.number), f.field("text", x.text));
}

/// Tells CAF of the type; called before any actor system is made.
void announce_parcel();

/// One context posts parcels to another, which only reads them.
std::unique_ptr<workload> make_hawser_typed_flood(hawser::system& sys);

/// One event-based actor sends them to another.
std::unique_ptr<workload> make_caf_typed_flood(caf::actor_system& actors);

} // namespace bench

CAF_BEGIN_TYPE_ID_BLOCK(hawser_bench, caf::first_custom_type_id)
CAF_ADD_TYPE_ID(hawser_bench, (bench::parcel))
CAF_END_TYPE_ID_BLOCK(hawser_bench)
