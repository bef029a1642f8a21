function Test-HvoCompleteJson {
    <#
    .SYNOPSIS
    Tells whether a stream holds one JSON object or list from its first byte to its last.
    .DESCRIPTION
    The JSON reader of .NET takes an object that is cut off, and does not look at what comes behind one.
    .PARAMETER Stream
    The JSON in UTF-8.
    .OUTPUTS
    System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [System.IO.MemoryStream] $Stream
    )
    $depth = 0
    $closed = $false
    $quoted = $false
    $escaped = $false
    foreach ($byte in $Stream.ToArray()) {
        if ($escaped) { $escaped = $false }
        elseif ($quoted) {
            if ($byte -eq 0x5C) { $escaped = $true }
            elseif ($byte -eq 0x22) { $quoted = $false }
        }
        elseif ($byte -le 0x20) { continue }
        elseif ($closed) { return $false }
        elseif ($byte -eq 0x22) { $quoted = $true }
        elseif ($byte -eq 0x7B -or $byte -eq 0x5B) { $depth++ }
        elseif ($byte -eq 0x7D -or $byte -eq 0x5D) {
            $depth--
            $closed = $depth -eq 0
        }
    }
    $closed
}
