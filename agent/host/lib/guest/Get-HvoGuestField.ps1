function Get-HvoGuestField {
    <#
    .SYNOPSIS
        Returns the fields that are sent to the guest: vm_name and each guest_ and cnf_ field of its OS family.
    .OUTPUTS
        Ordered dictionary.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [object] $Fields,
        [Parameter(Mandatory = $true)] [string] $OsFamily
    )
    $found = [ordered]@{}
    $names = if ($Fields -is [System.Collections.IDictionary]) { @($Fields.Keys) } else { @($Fields.PSObject.Properties.Name) }
    foreach ($name in $names) {
        if ($name -cne 'vm_name' -and $name -cnotmatch '^(guest|cnf)_') { continue }
        if (-not (Test-HvoFieldApplicable -Name $name -OsFamily $OsFamily)) {
            Write-HvoLog -Message "The field $name does not apply to $OsFamily and is dropped."
            continue
        }
        $value = Get-HvoProperty $Fields $name
        if ($null -ne $value) { $found[$name] = $value }
    }
    return $found
}
