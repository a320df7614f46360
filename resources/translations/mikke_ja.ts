<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ja" sourcelanguage="en">
<context>
    <name>Banner</name>
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
        <source>Some files are still being read; they appear here by themselves.</source>
        <translation>まだ読み込み中のファイルがあります。読み終わると自動で表示されます。</translation>
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
        <source>Add a folder to search</source>
        <translation>検索するフォルダーを追加</translation>
    </message>
    <message>
        <source>Stopped. New and changed files are not read until you continue.</source>
        <translation>停止しました。再開するまで、新しいファイルや変更は読み込まれません。</translation>
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
        <source>Open</source>
        <translation>開く</translation>
    </message>
    <message>
        <source>Show in folder</source>
        <translation>フォルダーで表示</translation>
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
        <source>{title}, in {folder}: {snippet}</source>
        <translation>{title}、{folder}: {snippet}</translation>
    </message>
    <message>
        <source>{title}, page {page}, in {folder}: {snippet}</source>
        <translation>{title}、{page} ページ、{folder}: {snippet}</translation>
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
        <source>Clear</source>
        <translation>消去</translation>
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
        <source>There is no space left for the library in {path}.</source>
        <translation>ライブラリ（{path}）を保存する空き容量がありません。</translation>
    </message>
    <message>
        <source>Free some space, then start indexing again. Nothing was lost.</source>
        <translation>空き容量を増やしてから、もう一度読み込んでください。失われたデータはありません。</translation>
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
</context>
</TS>
