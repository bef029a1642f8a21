function Write-HvoFile {
    <#
    .SYNOPSIS
        Writes a text file so that a reader, or a crash, finds the old text or the new one and nothing in between.
    #>
    param([Parameter(Mandatory = $true)] [string] $Path, [Parameter(Mandatory = $true)] [string] $Text)
    $new = $Path + '.new'
    $bytes = (New-Object System.Text.UTF8Encoding $false).GetBytes($Text)
    $stream = [System.IO.File]::Open($new, 'Create', 'Write', 'None')
    try {
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
    } finally {
        $stream.Dispose()
    }
    for ($try = 1; ; $try++) {
        try {
            # File.Move of .NET Framework does not overwrite, and File.Replace wants something to replace.
            if ([System.IO.File]::Exists($Path)) {
                [System.IO.File]::Replace($new, $Path, [NullString]::Value)
            } else {
                [System.IO.File]::Move($new, $Path)
            }
            return
        } catch {
            # A virus scanner or a reader may hold the file for a moment.
            if ($try -ge 10) { throw }
            Start-Sleep -Milliseconds 100
        }
    }
}
