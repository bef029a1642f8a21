function Move-HvoFile {
    <#
    .SYNOPSIS
        Renames a file atomically: a reader, or a crash, finds the old file at the destination or the new one.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Destination
    )
    for ($try = 1; ; $try++) {
        try {
            # File.Move of .NET Framework does not overwrite, and File.Replace requires a file to replace.
            if ([System.IO.File]::Exists($Destination)) {
                [System.IO.File]::Replace($Path, $Destination, [NullString]::Value)
            } else {
                [System.IO.File]::Move($Path, $Destination)
            }
            return
        } catch {
            # A virus scanner or a reader may hold the file for a moment.
            if ($try -ge 10) { throw }
            Start-Sleep -Milliseconds 100
        }
    }
}
