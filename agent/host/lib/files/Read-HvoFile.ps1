function Read-HvoFile {
    <#
    .SYNOPSIS
        Returns a file's text without hindering a writer that replaces it meanwhile.
    #>
    param([Parameter(Mandatory = $true)] [string] $Path)
    $share = [System.IO.FileShare]::ReadWrite -bor [System.IO.FileShare]::Delete
    $stream = [System.IO.File]::Open($Path, [System.IO.FileMode]::Open, [System.IO.FileAccess]::Read, $share)
    try {
        $reader = New-Object System.IO.StreamReader $stream
        return $reader.ReadToEnd()
    } finally {
        $stream.Dispose()
    }
}
