function Read-HvoTombstone {
    <#
    .SYNOPSIS
        Returns a machine's tombstone, or null if there is none.
    .DESCRIPTION
        finding is VmRemoved, NoVmRegistered or NoVmFound; null in one that an older agent wrote, in one that cannot be read,
        and until the removal has got that far. removing is the GUID of the VM whose removal has begun.
    .OUTPUTS
        Ordered dictionary, or null.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Path
    )
    if (-not (Test-HvoSavedFile $Path)) { return $null }
    $tombstone = [ordered]@{ finding = $null; removing = $null }
    try {
        $read = ConvertFrom-Json -InputObject (Read-HvoFile -Path $Path)
        $finding = [string](Get-HvoProperty $read 'finding')
        if (@('VmRemoved', 'NoVmRegistered', 'NoVmFound') -ccontains $finding) { $tombstone.finding = $finding }
        $tombstone.removing = Get-HvoProperty $read 'removing'
    } catch {
        Write-HvoLog -Message "The tombstone $Path cannot be read: $($_.Exception.Message)"
    }
    return $tombstone
}
