function Test-HvoCompleteJson {
    <#
    .SYNOPSIS
        Returns whether a stream holds exactly one JSON object or array, from its first byte to its last.
    .DESCRIPTION
        The JSON reader of .NET accepts an object that is cut off, and ignores what follows an object.
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
        if ($escaped) {
            $escaped = $false
        } elseif ($quoted) {
            if ($byte -eq 0x5C) {
                $escaped = $true
            } elseif ($byte -eq 0x22) {
                $quoted = $false
            }
        } elseif ($byte -le 0x20) {
            continue
        } elseif ($closed) {
            return $false
        } elseif ($byte -eq 0x22) {
            $quoted = $true
        } elseif ($byte -eq 0x7B -or $byte -eq 0x5B) {
            $depth++
        } elseif ($byte -eq 0x7D -or $byte -eq 0x5D) {
            $depth--
            $closed = $depth -eq 0
        }
    }
    return $closed
}
