// Structs as messages: a customer orders from a warehouse with types of its own. The fields are
// named once. In one process the struct itself travels; a program that does not know the type
// reads its fields, and what does not fit is refused with the path of the misfit. Prints:
//
//   warehouse: order A-1 { fast: 2 item(s), 7.5 in all }
//   customer: shipped from 'quay 3', 1 back-ordered
//   a stranger reads: order { id: 'A-2', how: 'slow', items: [], note: null }
//   refused: order.items[0].price: found string, expected a number

#include <iostream>

#include <hawser/hawser.hpp>

enum class delivery { slow, fast };
HAWSER_ENUM(delivery, slow, fast)

struct item {
  std::string name;
  double price = 0;
  int count = 1;
};
HAWSER_PAYLOAD(item, name, price, count)

struct order {
  std::string id;
  delivery how = delivery::slow;
  std::vector<item> items;
  std::optional<std::string> note;
};
HAWSER_PAYLOAD(order, id, how, items, note)

struct shipment {
  std::string from;
  std::map<std::string, int> back_ordered;
};
HAWSER_PAYLOAD(shipment, from, back_ordered)

void warehouse(hawser::browsing_context* self) {
  self->on_message([](hawser::message_event& ev) {
    const auto* received = ev.data().get_if<order>();
    double sum = 0;
    for (const auto& one : received->items)
      sum += one.price * one.count;
    std::cout << "warehouse: order " << received->id << " { "
              << (received->how == delivery::fast ? "fast" : "slow") << ": "
              << received->items.size() << " item(s), " << sum << " in all }\n";
    ev.ports().at(0).post_message(shipment{"quay 3", {{"rope", 1}}});
  });
}

void customer(hawser::browsing_context* self) {
  auto [port1, port2] = self->make_channel();
  port1.on_message([self](hawser::message_event& ev) {
    const auto* shipped = ev.data().get_if<shipment>();
    std::cout << "customer: shipped from '" << shipped->from << "', "
              << shipped->back_ordered.size() << " back-ordered\n"
              << "a stranger reads: " << to_string(hawser::value{order{"A-2", {}, {}, {}}}) << '\n';
    // What another program sends may not fit.
    const hawser::value foreign{
      hawser::object{{"items", hawser::array{hawser::object{{"price", "cheap"}}}}}};
    std::cout << "refused: " << hawser::decode<order>(foreign).error().what() << '\n';
    self->close();
  });
  const order first{"A-1", delivery::fast, {{"rope", 2.5, 2}, {"hook", 2.5}}, {}};
  self->open("https://warehouse.example/", warehouse).post_message(first, "*", {port2});
}

int main(int argc, char** argv) {
  hawser::system sys{argc, argv};
  sys.open("https://customer.example/", customer);
}
