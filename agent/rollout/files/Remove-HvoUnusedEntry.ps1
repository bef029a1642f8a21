function Remove-HvoUnusedEntry {
    <#
    .SYNOPSIS
        Deletes a file or folder unless it is in use. With As it is renamed first.
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
        Write-HvoLog -Message "$Path could not be deleted: $($_.Exception.Message)"
        return $false
    }
}
