<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>AnswerText</name>
    <message>
        <source>Answers “{word}”: {strength}</source>
        <translation>「{word}」に対応：{strength}</translation>
    </message>
    <message>
        <source>{word}: not found in this passage</source>
        <translation>{word}：この箇所には見つかりません</translation>
    </message>
    <message>
        <source>{word}: answered in this passage, {strength}</source>
        <translation>{word}：この箇所で対応（{strength}）</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Show more</source>
        <translation>詳しく見る</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>このメッセージを閉じる</translation>
    </message>
</context>
<context>
    <name>Desk</name>
    <message>
        <source>This document is no longer there.</source>
        <translation>この文書は見つかりません。移動または削除された可能性があります。</translation>
    </message>
    <message>
        <source>Add a folder to search</source>
        <translation>検索するフォルダーを追加</translation>
    </message>
</context>
<context>
    <name>FileTableModel</name>
    <message>
        <source>Name</source>
        <translation>名前</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>フォルダー</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状態</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>理由</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>サイズ</translation>
    </message>
</context>
<context>
    <name>FilesDialog</name>
    <message>
        <source>Files</source>
        <translation>ファイル</translation>
    </message>
    <message>
        <source>Part of a name or folder</source>
        <translation>ファイル名やフォルダー名の一部</translation>
    </message>
    <message>
        <source>Filter by name</source>
        <translation>名前で絞り込む</translation>
    </message>
    <message>
        <source>Filter by state</source>
        <translation>状態で絞り込む</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>すべてのファイル</translation>
    </message>
    <message>
        <source>Not fully searchable</source>
        <translation>検索できない・一部のみ</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失敗</translation>
    </message>
    <message>
        <source>Skipped</source>
        <translation>対象外</translation>
    </message>
    <message>
        <source>Partly indexed</source>
        <translation>一部のみ</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>待機中</translation>
    </message>
    <message>
        <source>Indexed</source>
        <translation>検索可能</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>開く</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>フォルダーで表示</translation>
    </message>
    <message numerus="yes">
        <source>%n indexed</source>
        <translation>
            <numerusform>検索可能 %n 件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n skipped</source>
        <translation>
            <numerusform>対象外 %n 件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>失敗 %n 件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n only in part</source>
        <translation>
            <numerusform>一部のみ %n 件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>待機中 %n 件</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FilterChips</name>
    <message>
        <source>Filters</source>
        <translation>絞り込み条件</translation>
    </message>
    <message>
        <source>Like: {title}</source>
        <translation>似た文章: {title}</translation>
    </message>
    <message>
        <source>Type: {value}</source>
        <translation>種類: {value}</translation>
    </message>
    <message>
        <source>Folder: {value}</source>
        <translation>フォルダー: {value}</translation>
    </message>
    <message>
        <source>From {value} on</source>
        <translation>{value} 以降</translation>
    </message>
    <message>
        <source>Before {value}</source>
        <translation>{value} より前</translation>
    </message>
    <message>
        <source>File name: {value}</source>
        <translation>ファイル名: {value}</translation>
    </message>
    <message>
        <source>Language: {value}</source>
        <translation>言語: {value}</translation>
    </message>
    <message>
        <source>Exactly “{value}”</source>
        <translation>完全一致:「{value}」</translation>
    </message>
    <message>
        <source>Without “{value}”</source>
        <translation>除外:「{value}」</translation>
    </message>
    <message>
        <source>Remove filter: {filter}</source>
        <translation>絞り込みを外す: {filter}</translation>
    </message>
</context>
<context>
    <name>FilterMenu</name>
    <message>
        <source>Type</source>
        <translation>種類</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>フォルダー</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>更新日</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>言語</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>過去7日間</translation>
    </message>
    <message>
        <source>This month</source>
        <translation>今月</translation>
    </message>
    <message>
        <source>This year</source>
        <translation>今年</translation>
    </message>
    <message>
        <source>From…</source>
        <translation>この日以降…</translation>
    </message>
    <message>
        <source>Before…</source>
        <translation>この日より前…</translation>
    </message>
    <message>
        <source>Modified on or after</source>
        <translation>この日以降に更新</translation>
    </message>
    <message>
        <source>Modified before</source>
        <translation>この日より前に更新</translation>
    </message>
</context>
<context>
    <name>FoldersDialog</name>
    <message>
        <source>Folders</source>
        <translation>フォルダー</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>フォルダーを追加…</translation>
    </message>
    <message>
        <source>Mikke searches these folders and everything in them.</source>
        <translation>これらのフォルダーの中をすべて検索します。</translation>
    </message>
    <message>
        <source>Remove a folder</source>
        <translation>フォルダーを外す</translation>
    </message>
    <message>
        <source>Stop searching {folder}?</source>
        <translation>{folder} を検索対象から外しますか？</translation>
    </message>
    <message>
        <source>Nothing on your disk is deleted. Mikke only forgets what it read there.</source>
        <translation>ディスク上のファイルは削除されません。Mikke が読み込んだ内容だけが消えます。</translation>
    </message>
    <message>
        <source>Remove from Mikke</source>
        <translation>検索対象から外す</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>そのままにする</translation>
    </message>
    <message>
        <source>Remove from Mikke…</source>
        <translation>検索対象から外す…</translation>
    </message>
    <message>
        <source>Remove {folder}</source>
        <translation>{folder} を検索対象から外す</translation>
    </message>
    <message>
        <source>Language of {folder}</source>
        <translation>{folder} の言語</translation>
    </message>
    <message>
        <source>In which language is this folder written? It matters to models that encode each language in its own way, as ColBERT-XM does.</source>
        <translation>このフォルダーの文書は何語で書かれていますか？ ColBERT-XM のように、言語ごとに処理を変えるモデルで使われます。</translation>
    </message>
    <message>
        <source>Each passage’s own language</source>
        <translation>段落ごとに判定</translation>
    </message>
</context>
<context>
    <name>HintLine</name>
    <message>
        <source>Correct it</source>
        <translation>修正する</translation>
    </message>
    <message>
        <source>Write instead: {suggestion}</source>
        <translation>次のように修正: {suggestion}</translation>
    </message>
</context>
<context>
    <name>HistoryPopup</name>
    <message>
        <source>Last questions</source>
        <translation>最近の検索</translation>
    </message>
    <message>
        <source>Enter asks a question again, Delete removes it</source>
        <translation>Enter で再検索、Delete で削除</translation>
    </message>
    <message>
        <source>Clear history</source>
        <translation>履歴を消去</translation>
    </message>
    <message>
        <source>Keep a history</source>
        <translation>履歴を残す</translation>
    </message>
    <message>
        <source>No questions yet.</source>
        <translation>検索履歴はまだありません。</translation>
    </message>
    <message>
        <source>Questions are not remembered.</source>
        <translation>検索履歴は保存されません。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Add folder…</source>
        <translation>フォルダーを追加…</translation>
    </message>
    <message>
        <source>Add a folder to search</source>
        <translation>検索するフォルダーを追加</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>フォルダー</translation>
    </message>
    <message>
        <source>The folders that are searched</source>
        <translation>検索対象のフォルダー</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>ファイル</translation>
    </message>
    <message>
        <source>Every file, with its state</source>
        <translation>すべてのファイルとその状態</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>The model that answers, and others</source>
        <translation>検索に使うモデルの確認と変更</translation>
    </message>
</context>
<context>
    <name>ModelDesk</name>
    <message>
        <source>A folder with a model</source>
        <translation>モデルの入ったフォルダー</translation>
    </message>
    <message>
        <source>{model} is installed</source>
        <translation>{model} をインストールしました</translation>
    </message>
    <message>
        <source>“Use…” lets it answer.</source>
        <translation>「使う…」を押すと、このモデルで検索できるようになります。</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>モデル…</translation>
    </message>
</context>
<context>
    <name>ModelDetails</name>
    <message>
        <source>Details of the chosen model</source>
        <translation>選択したモデルの詳細</translation>
    </message>
    <message>
        <source>How it encodes</source>
        <translation>符号化の設定</translation>
    </message>
    <message>
        <source>the newest one</source>
        <translation>最新のもの</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名前</translation>
    </message>
    <message>
        <source>Languages</source>
        <translation>言語</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>ライセンス</translation>
    </message>
    <message>
        <source>Published as</source>
        <translation>公開元</translation>
    </message>
    <message>
        <source>Revision</source>
        <translation>リビジョン</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>サイズ</translation>
    </message>
    <message>
        <source>Speed here</source>
        <translation>この PC での速さ</translation>
    </message>
</context>
<context>
    <name>ModelOffer</name>
    <message>
        <source>Use it</source>
        <translation>これを使う</translation>
    </message>
</context>
<context>
    <name>ModelQuestions</name>
    <message>
        <source>its newest revision</source>
        <translation>最新のリビジョン</translation>
    </message>
    <message>
        <source>Source: {repository} on the Hugging Face hub (huggingface.co), {revision}</source>
        <translation>取得元：Hugging Face Hub (huggingface.co) の {repository}、{revision}</translation>
    </message>
    <message>
        <source>Licence: {licence}</source>
        <translation>ライセンス：{licence}</translation>
    </message>
    <message>
        <source>Size: {size}; {free} are free in {folder}</source>
        <translation>サイズ：{size}（{folder} の空き容量：{free}）</translation>
    </message>
    <message>
        <source>This is the only time that Mikke goes online, and it fetches nothing without your yes. Nothing about you or your files is sent.</source>
        <translation>みっけがインターネットに接続するのはこのときだけで、承諾なしに何かを取得することはありません。あなたやファイルに関する情報は一切送信されません。</translation>
    </message>
    <message>
        <source>Fetch {model} from the internet?</source>
        <translation>{model} をインターネットから取得しますか？</translation>
    </message>
    <message>
        <source>Fetch and install</source>
        <translation>取得してインストール</translation>
    </message>
    <message>
        <source>Do not fetch</source>
        <translation>取得しない</translation>
    </message>
    <message>
        <source>Let {model} answer?</source>
        <translation>検索に使うモデルを {model} に変えますか？</translation>
    </message>
    <message>
        <source>Do not change</source>
        <translation>変えない</translation>
    </message>
    <message>
        <source>Use this model</source>
        <translation>このモデルを使う</translation>
    </message>
    <message>
        <source>Keep “{model}”?</source>
        <translation>「{model}」を使い続けますか？</translation>
    </message>
    <message>
        <source>What has been encoded with “{upcoming}” so far is deleted.</source>
        <translation>「{upcoming}」でこれまでに符号化したデータは削除されます。</translation>
    </message>
    <message>
        <source>To be encoded with it first: {passages}. How long that takes is not known.</source>
        <translation>先に {passages}をこのモデルで符号化する必要があります。かかる時間はまだわかりません。</translation>
    </message>
    <message>
        <source>To be encoded with it first: {passages}, which takes {duration} at {speed}.</source>
        <translation>先に {passages}をこのモデルで符号化する必要があります。かかる時間は{duration}です（{speed}の場合）。</translation>
    </message>
    <message>
        <source>That goes on in the background, also the next time you start Mikke, and you can pause it. Until it is done, “{answering}” keeps answering.</source>
        <translation>処理は裏で進み、一時停止もできます。途中で終了しても、次回の起動時に続きから再開します。終わるまでは「{answering}」で検索できます。</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>使い続ける</translation>
    </message>
    <message>
        <source>Go on changing</source>
        <translation>切り替えを続ける</translation>
    </message>
    <message>
        <source>Remove {model} from this computer?</source>
        <translation>{model} をこの PC から削除しますか？</translation>
    </message>
    <message>
        <source>{size} become free. Other libraries that answer with it could not search any more.</source>
        <translation>空き容量が {size} 増えます。このモデルを使っているほかのライブラリがあると、そこでは検索できなくなります。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>削除</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>そのままにする</translation>
    </message>
    <message>
        <source>There is nothing to encode yet: it answers at once.</source>
        <translation>符号化するものがまだないため、すぐに切り替わります。</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>モデル</translation>
    </message>
</context>
<context>
    <name>ModelTableModel</name>
    <message>
        <source>Passages of 300 characters that this computer encodes in a second</source>
        <translation>この PC が 1 秒間に符号化できる、300 文字の段落の数</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状態</translation>
    </message>
    <message>
        <source>Languages</source>
        <translation>言語</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>サイズ</translation>
    </message>
    <message>
        <source>Speed here</source>
        <translation>この PC での速さ</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>ライセンス</translation>
    </message>
</context>
<context>
    <name>ModelWords</name>
    <message>
        <source>not known</source>
        <translation>不明</translation>
    </message>
    <message>
        <source>any language</source>
        <translation>すべての言語</translation>
    </message>
    <message numerus="yes">
        <source>%Ln language(s)</source>
        <translation>
            <numerusform>%Ln 言語</numerusform>
        </translation>
    </message>
    <message>
        <source>{count} passages/s</source>
        <translation>毎秒 {count} 段落</translation>
    </message>
    <message>
        <source>about {count} passages/s</source>
        <translation>毎秒 約 {count} 段落</translation>
    </message>
    <message>
        <source>not known; it is measured when the model is installed</source>
        <translation>不明（インストール時に測定します）</translation>
    </message>
    <message>
        <source>{count} passages a second (measured on this computer)</source>
        <translation>毎秒 {count} 段落（この PC での測定値）</translation>
    </message>
    <message>
        <source>about {count} passages a second (estimated for this computer)</source>
        <translation>毎秒 約 {count} 段落（この PC での推定値）</translation>
    </message>
    <message>
        <source>damaged</source>
        <translation>破損</translation>
    </message>
    <message>
        <source>answers now</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>needed, missing</source>
        <translation>要インストール</translation>
    </message>
    <message>
        <source>next: {percent} % encoded</source>
        <translation>準備中：{percent} % 完了</translation>
    </message>
    <message>
        <source>installed</source>
        <translation>インストール済み</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>未インストール</translation>
    </message>
    <message>
        <source>less than a minute</source>
        <translation>1 分未満</translation>
    </message>
    <message numerus="yes">
        <source>about %Ln minute(s)</source>
        <translation>
            <numerusform>約 %Ln 分</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %Ln hour(s)</source>
        <translation>
            <numerusform>約 %Ln 時間</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %Ln day(s)</source>
        <translation>
            <numerusform>約 %Ln 日</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln passage(s)</source>
        <translation>
            <numerusform>%Ln 段落</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelsController</name>
    <message>
        <source>The library in this window answers with it, or is about to.</source>
        <translation>このウィンドウのライブラリが使用しているか、これから使うところです。</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>Models</source>
        <translation>モデル</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>キャンセル</translation>
    </message>
    <message>
        <source>Install from folder…</source>
        <translation>フォルダーからインストール…</translation>
    </message>
    <message>
        <source>Estimate speeds</source>
        <translation>速さを見積もる</translation>
    </message>
    <message>
        <source>Install…</source>
        <translation>インストール…</translation>
    </message>
    <message>
        <source>Use…</source>
        <translation>使う…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>削除…</translation>
    </message>
    <message>
        <source>Estimating…</source>
        <translation>見積もり中…</translation>
    </message>
    <message>
        <source>A model turns your texts and your questions into what is compared.</source>
        <translation>モデルは、文書と質問を比較できる形に変換します。</translation>
    </message>
    <message>
        <source>Installing</source>
        <translation>インストール中</translation>
    </message>
    <message>
        <source>{model} is being checked and tried</source>
        <translation>{model} を検査し、動作を確かめています</translation>
    </message>
    <message>
        <source>Preparing {model}</source>
        <translation>{model} の準備をしています</translation>
    </message>
    <message>
        <source>Installing {model}: {done} of {total}</source>
        <translation>{model} をインストールしています：{done} / {total}</translation>
    </message>
</context>
<context>
    <name>PageView</name>
    <message>
        <source>Page</source>
        <translation>ページ</translation>
    </message>
</context>
<context>
    <name>PreviewPane</name>
    <message>
        <source>{page} of {count}</source>
        <translation>{page} / {count}</translation>
    </message>
    <message>
        <source>Page {page} of {count}</source>
        <translation>{count} ページ中 {page} ページ目</translation>
    </message>
    <message>
        <source>Previous hit</source>
        <translation>前の該当箇所</translation>
    </message>
    <message>
        <source>Next hit</source>
        <translation>次の該当箇所</translation>
    </message>
    <message>
        <source>Previous page</source>
        <translation>前のページ</translation>
    </message>
    <message>
        <source>Next page</source>
        <translation>次のページ</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>縮小</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>拡大</translation>
    </message>
    <message>
        <source>Fit the width</source>
        <translation>幅に合わせる</translation>
    </message>
    <message>
        <source>More like this</source>
        <translation>似た文章を探す</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>開く</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>フォルダーで表示</translation>
    </message>
</context>
<context>
    <name>QuestionRow</name>
    <message>
        <source>Filter</source>
        <translation>絞り込み</translation>
    </message>
    <message>
        <source>Add a filter to the question</source>
        <translation>検索に絞り込み条件を追加</translation>
    </message>
    <message>
        <source>In which order results come</source>
        <translation>検索結果の並び順</translation>
    </message>
    <message>
        <source>Order: {order}</source>
        <translation>並び順: {order}</translation>
    </message>
    <message>
        <source>Best first</source>
        <translation>関連度順</translation>
    </message>
    <message>
        <source>Newest first</source>
        <translation>新しい順</translation>
    </message>
    <message>
        <source>Oldest first</source>
        <translation>古い順</translation>
    </message>
</context>
<context>
    <name>QuestionWords</name>
    <message>
        <source>Words of the question</source>
        <translation>質問の言葉</translation>
    </message>
</context>
<context>
    <name>QuietPage</name>
    <message>
        <source>Show more</source>
        <translation>詳しく見る</translation>
    </message>
</context>
<context>
    <name>ResultDelegate</name>
    <message>
        <source>p. {page}</source>
        <translation>{page} ページ</translation>
    </message>
    <message numerus="yes">
        <source>%n more passages</source>
        <translation>
            <numerusform>ほか %n か所</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ResultList</name>
    <message>
        <source>Results</source>
        <translation>検索結果</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>開く</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>フォルダーで表示</translation>
    </message>
    <message>
        <source>More like this</source>
        <translation>似た文章を探す</translation>
    </message>
    <message>
        <source>Copy passage</source>
        <translation>該当箇所をコピー</translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation>パスをコピー</translation>
    </message>
</context>
<context>
    <name>ResultListModel</name>
    <message numerus="yes">
        <source>%n more passages</source>
        <translation>
            <numerusform>ほか %n か所</numerusform>
        </translation>
    </message>
    <message>
        <source>{title}, found by its name, in {folder}. {state}</source>
        <translation>{title}、名前が一致、{folder} にあります。{state}</translation>
    </message>
    <message>
        <source>{title}, in {folder}: {snippet}</source>
        <translation>{title}、{folder}: {snippet}</translation>
    </message>
    <message>
        <source>{title}, page {page}, in {folder}: {snippet}</source>
        <translation>{title}、{page} ページ、{folder}: {snippet}</translation>
    </message>
    <message>
        <source>Modified: {when}</source>
        <translation>更新日時：{when}</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>Missing: {words}</source>
        <translation>含まれない語：{words}</translation>
    </message>
    <message>
        <source>This file has not been read yet.</source>
        <translation>このファイルはまだ読み込まれていません。</translation>
    </message>
</context>
<context>
    <name>SearchBox</name>
    <message>
        <source>What are you looking for?</source>
        <translation>何をお探しですか？</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>検索</translation>
    </message>
    <message>
        <source>Last questions</source>
        <translation>最近の検索</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>消去</translation>
    </message>
</context>
<context>
    <name>SearchDesk</name>
    <message>
        <source>better answers are on their way</source>
        <translation>さらに詳しく検索しています</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>検索しています…</translation>
    </message>
    <message>
        <source>Some files are still being read; they appear here by themselves.</source>
        <translation>まだ読み込み中のファイルがあります。読み終わると自動で表示されます。</translation>
    </message>
    <message>
        <source>Nothing else is like this passage</source>
        <translation>この文章に似たものは、ほかに見つかりませんでした</translation>
    </message>
    <message>
        <source>Nothing found for “{query}”</source>
        <translation>「{query}」は見つかりませんでした</translation>
    </message>
    <message>
        <source>Mikke is looking through your folders</source>
        <translation>フォルダーを調べています</translation>
    </message>
    <message>
        <source>You can search while that goes on; what has been read is found at once.</source>
        <translation>読み込み中でも検索できます。読み終わったものからすぐに見つかります。</translation>
    </message>
    <message>
        <source>Type a few words or a question, in the language of your files.</source>
        <translation>言葉や質問を、ファイルと同じ言語で入力してください。</translation>
    </message>
    <message>
        <source>No program opened this file</source>
        <translation>このファイルを開けるアプリがありません</translation>
    </message>
    <message>
        <source>Tell your desktop which program opens files of this kind.</source>
        <translation>この種類のファイルを開くアプリを、システムの設定で選んでください。</translation>
    </message>
    <message>
        <source>by names and keywords only</source>
        <translation>名前とキーワードのみの結果</translation>
    </message>
    <message>
        <source>Models…</source>
        <translation>モデル…</translation>
    </message>
</context>
<context>
    <name>Sentences</name>
    <message>
        <source>{documents}, {passages}</source>
        <translation>{documents}、{passages}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) could not be read (see Files)</source>
        <translation>
            <numerusform>読めなかったファイル %Ln 件（「ファイル」で確認）</numerusform>
        </translation>
    </message>
    <message>
        <source>Looking through {folder}</source>
        <translation>{folder} を調べています</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s)</source>
        <translation>
            <numerusform>%Ln ファイル</numerusform>
        </translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>Reading {name}</source>
        <translation>{name} を読み込み中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>一時停止中</translation>
    </message>
    <message>
        <source>{done} of {total} passages</source>
        <translation>{done} / {total} 段落</translation>
    </message>
    <message>
        <source>Encoding with {model}</source>
        <translation>{model} で符号化中</translation>
    </message>
    <message>
        <source>less than a minute left</source>
        <translation>残り 1 分未満</translation>
    </message>
    <message numerus="yes">
        <source>about %Ln minute(s) left</source>
        <translation>
            <numerusform>残り約 %Ln 分</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %Ln hour(s) left</source>
        <translation>
            <numerusform>残り約 %Ln 時間</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln or more document(s) found</source>
        <translation>
            <numerusform>%Ln 件以上見つかりました</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s) found</source>
        <translation>
            <numerusform>%Ln 件見つかりました</numerusform>
        </translation>
    </message>
    <message>
        <source>{ms} ms</source>
        <translation>{ms} ミリ秒</translation>
    </message>
    <message>
        <source>The filters leave nothing to be searched.</source>
        <translation>絞り込みに合うものがありません。</translation>
    </message>
    <message>
        <source>Searched {passages}, all that the filters allow.</source>
        <translation>絞り込みに合う {passages}を検索しました。</translation>
    </message>
    <message>
        <source>Searched {passages} in {documents}.</source>
        <translation>{documents}（{passages}）を検索しました。</translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s) ready to be searched</source>
        <translation>
            <numerusform>%Ln 件の文書を検索できます</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln document(s)</source>
        <translation>
            <numerusform>文書 %Ln 件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln passage(s)</source>
        <translation>
            <numerusform>%Ln 段落</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StatusStrip</name>
    <message>
        <source>Indexing</source>
        <translation>読み込み</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>一時停止</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>再開</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>再開</translation>
    </message>
</context>
<context>
    <name>StripController</name>
    <message>
        <source>Stopped. New and changed files are not read until you continue.</source>
        <translation>停止しました。再開するまで、新しいファイルや変更は読み込まれません。</translation>
    </message>
</context>
<context>
    <name>TextView</name>
    <message>
        <source>Text of the document</source>
        <translation>文書の本文</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Add a folder…</source>
        <translation>フォルダーを追加…</translation>
    </message>
    <message>
        <source>Try it with the sample library</source>
        <translation>サンプルで試してみる</translation>
    </message>
    <message>
        <source>Add {folder}</source>
        <translation>{folder} を追加</translation>
    </message>
    <message>
        <source>Find anything in your own files</source>
        <translation>探しもの、みっけ。</translation>
    </message>
    <message>
        <source>Mikke reads the folders you choose and finds the page. All on this computer.</source>
        <translation>選んだフォルダーを読み込み、探している箇所をページごと見つけます。
すべてこのパソコンの中だけで動きます。</translation>
    </message>
    <message>
        <source>or drop a folder anywhere on this window</source>
        <translation>または、フォルダーをこのウィンドウにドロップ</translation>
    </message>
</context>
<context>
    <name>languages</name>
    <message>
        <source>Afrikaans</source>
        <translation>アフリカーンス語</translation>
    </message>
    <message>
        <source>Amharic</source>
        <translation>アムハラ語</translation>
    </message>
    <message>
        <source>Arabic</source>
        <translation>アラビア語</translation>
    </message>
    <message>
        <source>Assamese</source>
        <translation>アッサム語</translation>
    </message>
    <message>
        <source>Azerbaijani</source>
        <translation>アゼルバイジャン語</translation>
    </message>
    <message>
        <source>Belarusian</source>
        <translation>ベラルーシ語</translation>
    </message>
    <message>
        <source>Bulgarian</source>
        <translation>ブルガリア語</translation>
    </message>
    <message>
        <source>Bengali</source>
        <translation>ベンガル語</translation>
    </message>
    <message>
        <source>Breton</source>
        <translation>ブルトン語</translation>
    </message>
    <message>
        <source>Bosnian</source>
        <translation>ボスニア語</translation>
    </message>
    <message>
        <source>Catalan</source>
        <translation>カタルーニャ語</translation>
    </message>
    <message>
        <source>Czech</source>
        <translation>チェコ語</translation>
    </message>
    <message>
        <source>Welsh</source>
        <translation>ウェールズ語</translation>
    </message>
    <message>
        <source>Danish</source>
        <translation>デンマーク語</translation>
    </message>
    <message>
        <source>German</source>
        <translation>ドイツ語</translation>
    </message>
    <message>
        <source>Greek</source>
        <translation>ギリシャ語</translation>
    </message>
    <message>
        <source>English</source>
        <translation>英語</translation>
    </message>
    <message>
        <source>Esperanto</source>
        <translation>エスペラント語</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>スペイン語</translation>
    </message>
    <message>
        <source>Estonian</source>
        <translation>エストニア語</translation>
    </message>
    <message>
        <source>Basque</source>
        <translation>バスク語</translation>
    </message>
    <message>
        <source>Persian</source>
        <translation>ペルシャ語</translation>
    </message>
    <message>
        <source>Finnish</source>
        <translation>フィンランド語</translation>
    </message>
    <message>
        <source>French</source>
        <translation>フランス語</translation>
    </message>
    <message>
        <source>Western Frisian</source>
        <translation>西フリジア語</translation>
    </message>
    <message>
        <source>Irish</source>
        <translation>アイルランド語</translation>
    </message>
    <message>
        <source>Scottish Gaelic</source>
        <translation>スコットランド・ゲール語</translation>
    </message>
    <message>
        <source>Galician</source>
        <translation>ガリシア語</translation>
    </message>
    <message>
        <source>Gujarati</source>
        <translation>グジャラート語</translation>
    </message>
    <message>
        <source>Hausa</source>
        <translation>ハウサ語</translation>
    </message>
    <message>
        <source>Hebrew</source>
        <translation>ヘブライ語</translation>
    </message>
    <message>
        <source>Hindi</source>
        <translation>ヒンディー語</translation>
    </message>
    <message>
        <source>Croatian</source>
        <translation>クロアチア語</translation>
    </message>
    <message>
        <source>Hungarian</source>
        <translation>ハンガリー語</translation>
    </message>
    <message>
        <source>Armenian</source>
        <translation>アルメニア語</translation>
    </message>
    <message>
        <source>Indonesian</source>
        <translation>インドネシア語</translation>
    </message>
    <message>
        <source>Icelandic</source>
        <translation>アイスランド語</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>イタリア語</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>日本語</translation>
    </message>
    <message>
        <source>Javanese</source>
        <translation>ジャワ語</translation>
    </message>
    <message>
        <source>Georgian</source>
        <translation>ジョージア語</translation>
    </message>
    <message>
        <source>Kazakh</source>
        <translation>カザフ語</translation>
    </message>
    <message>
        <source>Khmer</source>
        <translation>クメール語</translation>
    </message>
    <message>
        <source>Kannada</source>
        <translation>カンナダ語</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>韓国語</translation>
    </message>
    <message>
        <source>Kurdish</source>
        <translation>クルド語</translation>
    </message>
    <message>
        <source>Kyrgyz</source>
        <translation>キルギス語</translation>
    </message>
    <message>
        <source>Latin</source>
        <translation>ラテン語</translation>
    </message>
    <message>
        <source>Lao</source>
        <translation>ラオ語</translation>
    </message>
    <message>
        <source>Lithuanian</source>
        <translation>リトアニア語</translation>
    </message>
    <message>
        <source>Latvian</source>
        <translation>ラトビア語</translation>
    </message>
    <message>
        <source>Malagasy</source>
        <translation>マダガスカル語</translation>
    </message>
    <message>
        <source>Macedonian</source>
        <translation>マケドニア語</translation>
    </message>
    <message>
        <source>Malayalam</source>
        <translation>マラヤーラム語</translation>
    </message>
    <message>
        <source>Mongolian</source>
        <translation>モンゴル語</translation>
    </message>
    <message>
        <source>Marathi</source>
        <translation>マラーティー語</translation>
    </message>
    <message>
        <source>Malay</source>
        <translation>マレー語</translation>
    </message>
    <message>
        <source>Burmese</source>
        <translation>ビルマ語</translation>
    </message>
    <message>
        <source>Nepali</source>
        <translation>ネパール語</translation>
    </message>
    <message>
        <source>Dutch</source>
        <translation>オランダ語</translation>
    </message>
    <message>
        <source>Norwegian</source>
        <translation>ノルウェー語</translation>
    </message>
    <message>
        <source>Oromo</source>
        <translation>オロモ語</translation>
    </message>
    <message>
        <source>Odia</source>
        <translation>オリヤー語</translation>
    </message>
    <message>
        <source>Punjabi</source>
        <translation>パンジャーブ語</translation>
    </message>
    <message>
        <source>Polish</source>
        <translation>ポーランド語</translation>
    </message>
    <message>
        <source>Pashto</source>
        <translation>パシュトー語</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>ポルトガル語</translation>
    </message>
    <message>
        <source>Romanian</source>
        <translation>ルーマニア語</translation>
    </message>
    <message>
        <source>Russian</source>
        <translation>ロシア語</translation>
    </message>
    <message>
        <source>Sanskrit</source>
        <translation>サンスクリット語</translation>
    </message>
    <message>
        <source>Sindhi</source>
        <translation>シンド語</translation>
    </message>
    <message>
        <source>Sinhala</source>
        <translation>シンハラ語</translation>
    </message>
    <message>
        <source>Slovak</source>
        <translation>スロバキア語</translation>
    </message>
    <message>
        <source>Slovenian</source>
        <translation>スロベニア語</translation>
    </message>
    <message>
        <source>Somali</source>
        <translation>ソマリ語</translation>
    </message>
    <message>
        <source>Albanian</source>
        <translation>アルバニア語</translation>
    </message>
    <message>
        <source>Serbian</source>
        <translation>セルビア語</translation>
    </message>
    <message>
        <source>Sundanese</source>
        <translation>スンダ語</translation>
    </message>
    <message>
        <source>Swedish</source>
        <translation>スウェーデン語</translation>
    </message>
    <message>
        <source>Swahili</source>
        <translation>スワヒリ語</translation>
    </message>
    <message>
        <source>Tamil</source>
        <translation>タミル語</translation>
    </message>
    <message>
        <source>Telugu</source>
        <translation>テルグ語</translation>
    </message>
    <message>
        <source>Thai</source>
        <translation>タイ語</translation>
    </message>
    <message>
        <source>Tagalog</source>
        <translation>タガログ語</translation>
    </message>
    <message>
        <source>Turkish</source>
        <translation>トルコ語</translation>
    </message>
    <message>
        <source>Uyghur</source>
        <translation>ウイグル語</translation>
    </message>
    <message>
        <source>Ukrainian</source>
        <translation>ウクライナ語</translation>
    </message>
    <message>
        <source>Urdu</source>
        <translation>ウルドゥー語</translation>
    </message>
    <message>
        <source>Uzbek</source>
        <translation>ウズベク語</translation>
    </message>
    <message>
        <source>Vietnamese</source>
        <translation>ベトナム語</translation>
    </message>
    <message>
        <source>Xhosa</source>
        <translation>コサ語</translation>
    </message>
    <message>
        <source>Yiddish</source>
        <translation>イディッシュ語</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>中国語</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
</context>
<context>
    <name>messages</name>
    <message>
        <source>Another Mikke is writing to this library</source>
        <translation>別の Mikke がこのライブラリに書き込んでいます</translation>
    </message>
    <message>
        <source>{path} can have one writer at a time. Searching still works.</source>
        <translation>{path} に同時に書き込めるのは 1 つだけです。検索はそのまま使えます。</translation>
    </message>
    <message>
        <source>Wait until the other one has finished, or close it.</source>
        <translation>もう一方の処理が終わるのを待つか、終了してください。</translation>
    </message>
    <message>
        <source>There is no library yet</source>
        <translation>ライブラリはまだありません</translation>
    </message>
    <message>
        <source>{path} has none.</source>
        <translation>{path} にはライブラリがありません。</translation>
    </message>
    <message>
        <source>Open Mikke and add a folder, or give the command: mikke add FOLDER</source>
        <translation>Mikke を開いてフォルダーを追加するか、mikke add フォルダー を実行してください。</translation>
    </message>
    <message>
        <source>This library was made by a newer Mikke</source>
        <translation>このライブラリは、より新しい Mikke で作られています</translation>
    </message>
    <message>
        <source>{path} has version {found}; this program reads up to version {supported}.</source>
        <translation>{path} のバージョンは {found} です。この Mikke が読めるのはバージョン {supported} までです。</translation>
    </message>
    <message>
        <source>Update Mikke, or use another library folder.</source>
        <translation>Mikke を更新するか、別のライブラリフォルダーを使ってください。</translation>
    </message>
    <message>
        <source>A file of the library cannot be read</source>
        <translation>ライブラリのファイルを読み込めません</translation>
    </message>
    <message>
        <source>{path}: {detail}</source>
        <translation>{path}: {detail}</translation>
    </message>
    <message>
        <source>Your own files are not affected. Look at all folders again (mikke sync), which repairs the index; mikke verify reads and repairs all of the library. If that does not help, move the library folder away; Mikke makes a new one.</source>
        <translation>お使いのファイルに影響はありません。すべてのフォルダーを調べ直す (mikke sync) と、索引が修復されます。mikke verify はライブラリ全体を読み、傷んだところを修復します。それでも直らないときは、ライブラリフォルダーを別の場所へ移すと、新しく作り直されます。</translation>
    </message>
    <message>
        <source>The library folder cannot be written</source>
        <translation>ライブラリフォルダーに書き込めません</translation>
    </message>
    <message>
        <source>Check the permissions of that folder, or choose another one.</source>
        <translation>フォルダーのアクセス権を確認するか、別のフォルダーを選んでください。</translation>
    </message>
    <message>
        <source>The disk is full</source>
        <translation>ディスクの空き容量がありません</translation>
    </message>
    <message>
        <source>There is not enough space in {path}: {detail}</source>
        <translation>{path} の空き容量が足りません：{detail}</translation>
    </message>
    <message>
        <source>Free some space, then try again. Nothing was lost.</source>
        <translation>空き容量を増やしてから、もう一度お試しください。失われたデータはありません。</translation>
    </message>
    <message>
        <source>The index could not be compressed</source>
        <translation>索引を圧縮できませんでした</translation>
    </message>
    <message>
        <source>Everything can be searched as before; the index only stays larger and slower. Close programs that need much memory: Mikke tries again after the next files it reads. If that does not help, please report this.</source>
        <translation>検索はこれまでどおりできます。索引が大きく、少し遅いままになるだけです。メモリを多く使うプログラムを閉じてください。次にファイルを読み込んだあと、もう一度試します。それでも直らない場合は、この内容を開発者にお知らせください。</translation>
    </message>
    <message>
        <source>Something is wrong with the library</source>
        <translation>ライブラリに問題があります</translation>
    </message>
    <message>
        <source>This folder was not found</source>
        <translation>フォルダーが見つかりません</translation>
    </message>
    <message>
        <source>{path} is not there, or it is not a folder.</source>
        <translation>{path} は存在しないか、フォルダーではありません。</translation>
    </message>
    <message>
        <source>Check the name, or whether the drive is connected.</source>
        <translation>名前を確かめるか、ドライブが接続されているか確認してください。</translation>
    </message>
    <message>
        <source>This folder is not in the library</source>
        <translation>このフォルダーは検索対象ではありません</translation>
    </message>
    <message>
        <source>{path} was never added, or it was already removed.</source>
        <translation>{path} は追加されていないか、すでに外されています。</translation>
    </message>
    <message>
        <source>Something is wrong with a folder</source>
        <translation>フォルダーに問題があります</translation>
    </message>
    <message>
        <source>{path}</source>
        <translation>{path}</translation>
    </message>
    <message>
        <source>The model {model} is not installed</source>
        <translation>モデル {model} がインストールされていません</translation>
    </message>
    <message>
        <source>{detail}</source>
        <translation>{detail}</translation>
    </message>
    <message>
        <source>Models in the window, or mikke models list, shows which models there are.</source>
        <translation>使えるモデルは、ウィンドウの「モデル」か mikke models list で確認できます。</translation>
    </message>
    <message>
        <source>The model {model} is damaged</source>
        <translation>モデル {model} が壊れています</translation>
    </message>
    <message>
        <source>Install it again. Your library is not affected.</source>
        <translation>もう一度インストールしてください。ライブラリに影響はありません。</translation>
    </message>
    <message>
        <source>Mikke cannot use the model {model}</source>
        <translation>モデル {model} は、みっけでは使えません</translation>
    </message>
    <message>
        <source>The model {model} is needed</source>
        <translation>モデル {model} は使用中です</translation>
    </message>
    <message>
        <source>Use another model first, then remove this one.</source>
        <translation>先に別のモデルに切り替えてから削除してください。</translation>
    </message>
    <message>
        <source>A part of Mikke that {model} needs is not installed: {part}</source>
        <translation>{model} に必要な追加機能「{part}」がインストールされていません</translation>
    </message>
    <message>
        <source>Start Mikke once with: python3 packaging/tasks.py run --models. In an installed program: pip install &quot;mikke[models,japanese]&quot;</source>
        <translation>次のコマンドで一度起動してください：python3 packaging/tasks.py run --models&#x3000;インストール版の場合：pip install &quot;mikke[models,japanese]&quot;</translation>
    </message>
    <message>
        <source>The model {model} could not be fetched</source>
        <translation>モデル {model} を取得できませんでした</translation>
    </message>
    <message>
        <source>Try again later: it goes on where it stopped. Without a network, install a copy.</source>
        <translation>あとでもう一度お試しください。続きから取得します。ネットワークがない場合は、コピーからインストールできます。</translation>
    </message>
    <message>
        <source>Something is wrong with the model {model}</source>
        <translation>モデル {model} に問題があります</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>停止しました</translation>
    </message>
    <message>
        <source>What was read so far can be found.</source>
        <translation>ここまでに読み込んだ内容は検索できます。</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>問題が発生しました</translation>
    </message>
    <message>
        <source>It can be installed</source>
        <translation>インストールできます。</translation>
    </message>
    <message>
        <source>No model that Mikke knows has this name</source>
        <translation>この名前のモデルは知られていません。</translation>
    </message>
    <message>
        <source>It is a part of Mikke</source>
        <translation>みっけに内蔵されています。</translation>
    </message>
    <message>
        <source>The system refused</source>
        <translation>システムに拒否されました</translation>
    </message>
    <message>
        <source>Mikke made a mistake</source>
        <translation>Mikke の内部で問題が発生しました</translation>
    </message>
    <message>
        <source>{kind}: {detail}</source>
        <translation>{kind}: {detail}</translation>
    </message>
    <message>
        <source>Your files are not affected. Please report this.</source>
        <translation>お使いのファイルに影響はありません。この内容を開発者にお知らせください。</translation>
    </message>
    <message>
        <source>This file cannot be read</source>
        <translation>このファイルは読み込めません</translation>
    </message>
    <message>
        <source>The file is empty.</source>
        <translation>ファイルが空です。</translation>
    </message>
    <message>
        <source>Mikke cannot read this kind of file yet.</source>
        <translation>この種類のファイルにはまだ対応していません。</translation>
    </message>
    <message>
        <source>This is not text, whatever its name says.</source>
        <translation>名前に反して、中身がテキストではありません。</translation>
    </message>
    <message>
        <source>There is no text inside, perhaps only scanned pictures of pages.</source>
        <translation>テキストが含まれていません。スキャン画像だけの可能性があります。</translation>
    </message>
    <message>
        <source>This is a link. Add the folder that it points to if you want it searched.</source>
        <translation>リンクです。検索するには、リンク先のフォルダーを追加してください。</translation>
    </message>
    <message>
        <source>This is not an ordinary file (a device, say).</source>
        <translation>通常のファイルではありません（デバイスなど）。</translation>
    </message>
    <message>
        <source>This is on another drive. Add that folder by itself if you want it searched.</source>
        <translation>別のドライブにあります。検索するには、そのフォルダーを個別に追加してください。</translation>
    </message>
    <message>
        <source>The file is protected by a password. Save a copy without one to make it searchable.</source>
        <translation>パスワードで保護されています。検索するには、パスワードなしのコピーを保存してください。</translation>
    </message>
    <message>
        <source>The file is damaged. Try to open it and to save it again in its own program.</source>
        <translation>ファイルが壊れています。元のアプリで開き、保存し直してみてください。</translation>
    </message>
    <message>
        <source>You may not read this file. Change its permissions; Mikke then tries again.</source>
        <translation>読み取る権限がありません。アクセス権を変更すると、もう一度読み込みます。</translation>
    </message>
    <message>
        <source>The file disappeared while Mikke was about to read it.</source>
        <translation>読み込もうとしたときに、ファイルがなくなりました。</translation>
    </message>
    <message>
        <source>The disk reported an error. Check the drive and its connection.</source>
        <translation>ディスクのエラーです。ドライブとその接続を確認してください。</translation>
    </message>
    <message>
        <source>Reading took too long and was stopped. Mikke tries again when the file changes.</source>
        <translation>時間がかかりすぎたため中止しました。ファイルが変更されると、もう一度読み込みます。</translation>
    </message>
    <message>
        <source>Reading needed too much memory and was stopped. Splitting the file may help.</source>
        <translation>メモリを使いすぎるため中止しました。ファイルを分割すると読み込める場合があります。</translation>
    </message>
    <message>
        <source>The file made the reader crash; it is probably damaged. Nothing else was affected.</source>
        <translation>読み込み中に異常終了しました。ファイルが壊れている可能性があります。ほかのファイルに影響はありません。</translation>
    </message>
    <message>
        <source>The file is very long: its beginning can be found, the rest cannot.</source>
        <translation>ファイルが非常に長いため、先頭の部分だけを検索できます。</translation>
    </message>
    <message>
        <source>Some pages of the file are damaged; the others can be found.</source>
        <translation>一部のページが壊れています。ほかのページは検索できます。</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>待機中</translation>
    </message>
    <message>
        <source>indexed</source>
        <translation>検索可能</translation>
    </message>
    <message>
        <source>partly indexed</source>
        <translation>一部のみ</translation>
    </message>
    <message>
        <source>skipped</source>
        <translation>対象外</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>失敗</translation>
    </message>
    <message>
        <source>A folder is not there now: {path}</source>
        <translation>フォルダーが見つかりません: {path}</translation>
    </message>
    <message>
        <source>What was read from it can still be found.</source>
        <translation>読み込み済みの内容は引き続き検索できます。</translation>
    </message>
    <message>
        <source>Is its drive connected?</source>
        <translation>ドライブが接続されているか確認してください。</translation>
    </message>
    <message>
        <source>You may not read {path}</source>
        <translation>{path} を読み取る権限がありません</translation>
    </message>
    <message>
        <source>Changes in it are not noticed.</source>
        <translation>このフォルダーの変更は反映されません。</translation>
    </message>
    <message>
        <source>Check the permissions of that folder.</source>
        <translation>フォルダーのアクセス権を確認してください。</translation>
    </message>
    <message>
        <source>{path} has more folders than the system lets Mikke watch</source>
        <translation>{path} のフォルダーが多すぎるため、変更を監視できません</translation>
    </message>
    <message>
        <source>Mikke looks at it from time to time; changes show up later.</source>
        <translation>代わりに定期的に確認します。変更の反映が遅れることがあります。</translation>
    </message>
    <message>
        <source>Raise fs.inotify.max_user_watches to see changes at once.</source>
        <translation>変更をすぐに反映するには、fs.inotify.max_user_watches を大きくしてください。</translation>
    </message>
    <message>
        <source>{path} is on a network drive</source>
        <translation>{path} はネットワークドライブにあります</translation>
    </message>
    <message>
        <source>{path} cannot be watched</source>
        <translation>{path} の変更を監視できません</translation>
    </message>
    <message>
        <source>{typed} is searched as words: it is no filter</source>
        <translation>{typed} は条件ではないので、言葉として検索します</translation>
    </message>
    <message>
        <source>{typed} is no date like 2025, 2025-01 or 2025-01-31</source>
        <translation>{typed} は 2025、2025-01、2025-01-31 のような日付ではありません</translation>
    </message>
    <message>
        <source>{typed}: no folder that is searched has this name</source>
        <translation>{typed}：検索対象にこの名前のフォルダーはありません</translation>
    </message>
    <message>
        <source>{typed}: Mikke reads no files of this type</source>
        <translation>{typed}：この種類のファイルは読めません</translation>
    </message>
    <message>
        <source>{typed}: Mikke does not know this language</source>
        <translation>{typed}：この言語は扱えません</translation>
    </message>
    <message>
        <source>Nothing stands in {typed} or right behind it</source>
        <translation>{typed} の中にも、すぐ後ろにも何もありません</translation>
    </message>
    <message>
        <source>A quotation mark is opened, but not closed: {typed}</source>
        <translation>引用符が閉じられていません：{typed}</translation>
    </message>
    <message>
        <source>Did you mean {suggestion}?</source>
        <translation>もしかして：{suggestion}</translation>
    </message>
    <message>
        <source>not for commercial use</source>
        <translation>商用利用不可</translation>
    </message>
    <message>
        <source>default of colbert-ai</source>
        <translation>colbert-ai の既定値</translation>
    </message>
    <message>
        <source>its publisher&apos;s card</source>
        <translation>公開元の説明</translation>
    </message>
    <message>
        <source>corrected by Mikke</source>
        <translation>みっけによる補正</translation>
    </message>
    <message>
        <source>set by you</source>
        <translation>あなたの設定</translation>
    </message>
    <message>
        <source>the fastest when it was tried</source>
        <translation>試した中で最速</translation>
    </message>
    <message>
        <source>Mikke&apos;s own: meaning in many languages</source>
        <translation>Mikke 専用：多くの言語で意味をとらえる</translation>
    </message>
    <message>
        <source>Built in: words and parts of words</source>
        <translation>内蔵：単語と単語の一部</translation>
    </message>
    <message>
        <source>Mikke&apos;s own model cannot be opened, and words are compared instead</source>
        <translation>Mikke 専用のモデルを開けないため、代わりに語句で比べています</translation>
    </message>
    <message>
        <source>The built-in model answers now and encodes your library anew. Install Mikke again, then let its own model answer: on the page of models, or with mikke models use mikke.</source>
        <translation>いまは内蔵モデルが答え、ライブラリを符号化し直します。Mikke を入れ直してから、モデルのページか mikke models use mikke で、専用のモデルに戻してください。</translation>
    </message>
    <message>
        <source>Mikke understands more with the model of its own</source>
        <translation>Mikke 専用のモデルなら、もっと理解できます</translation>
    </message>
    <message>
        <source>It also finds what is said in other words, and needs no download. Your library is encoded with it in the background; until that is done, it answers as it does now.</source>
        <translation>別の言葉で書かれた内容も見つけます。ダウンロードは要りません。ライブラリは裏で符号化し直され、終わるまではこれまでどおりに検索できます。</translation>
    </message>
    <message>
        <source>{model} was not made for all languages of your files</source>
        <translation>{model} は、ファイルの一部の言語に対応していません</translation>
    </message>
    <message>
        <source>It was not trained for {languages}: answers in these languages may be poor.</source>
        <translation>{languages}は学習していないため、この言語では検索結果の質が下がることがあります。</translation>
    </message>
    <message>
        <source>These models were: {better}.</source>
        <translation>対応しているモデル：{better}</translation>
    </message>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
</context>
</TS>
