function Remove-HvoUnusedEntry {
    <#
    .SYNOPSIS
        Deletes a file or folder, under another name if one is given. Returns false where that fails, as it does in use.
    #>
    param([Parameter(Mandatory = $true)] [string] $Path, [string] $As = '')
    try {
        if ($As) {
            [System.IO.Directory]::Move($Path, $As)
            $Path = $As
        }
        Remove-HvoEntry $Path
        return $true
    } catch {
        Write-HvoLog "$Path stays until the next time: $($_.Exception.Message)"
        return $false
    }
}
