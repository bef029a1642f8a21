function Get-HvoCopyVolume {
    <#
    .SYNOPSIS
        Returns what is known of the volume of a file or folder, or null if that cannot be found out. Requires the native code.
    .OUTPUTS
        Object with Id, FileSystem and Clones (whether its files can share blocks), or null.
    #>
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    try {
        return [HvoNative.Volume]::Of($Path)
    } catch {
        Write-HvoLog -Message "The volume of $Path is unknown: $($_.Exception.GetBaseException().Message)"
        return $null
    }
}
