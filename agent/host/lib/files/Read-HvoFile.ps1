function Read-HvoFile {
    <#
    .SYNOPSIS
        Returns the text of a file of Write-HvoFile without blocking a writer that replaces the file.
    .DESCRIPTION
        Reads <name>.new if that is all there is.
    .OUTPUTS
        String: the text.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    $share = [System.IO.FileShare]::ReadWrite -bor [System.IO.FileShare]::Delete
    $stream = $null
    foreach ($one in $Path, "$Path.new", $Path) {
        if (-not [System.IO.File]::Exists($one)) { continue }
        try {
            $stream = [System.IO.File]::Open($one, [System.IO.FileMode]::Open, [System.IO.FileAccess]::Read, $share)
            break
        } catch {
            if (-not ($_.Exception.GetBaseException() -is [System.IO.FileNotFoundException])) { throw }
        }
    }
    if ($null -eq $stream) { throw [System.IO.FileNotFoundException]::new("$Path does not exist.", $Path) }
    try {
        $reader = [System.IO.StreamReader]::new($stream)
        return $reader.ReadToEnd()
    } finally {
        $stream.Dispose()
    }
}
