function Remove-HvoUnusedEntry {
    <#
    .SYNOPSIS
        Deletes a file or folder, under another name if one is given. Returns false where that fails, as it does in use.
    .OUTPUTS
        Boolean: whether it was deleted.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter()] [string] $As = ''
    )
    try {
        if ($As) {
            [System.IO.Directory]::Move($Path, $As)
            $Path = $As
        }
        Remove-HvoEntry -Path $Path
        return $true
    } catch {
        Write-HvoLog -Message "$Path stays until the next time: $($_.Exception.Message)"
        return $false
    }
}
