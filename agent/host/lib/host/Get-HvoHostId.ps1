function Get-HvoHostId {
    <#
    .SYNOPSIS
        Returns what identifies the host: the UUID of its hardware and the GUID of its Windows.
    .OUTPUTS
        Ordered dictionary: smbios_uuid and machine_guid.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()
    $product = Get-CimInstance -Namespace 'root\cimv2' -ClassName 'Win32_ComputerSystemProduct' | Select-Object -First 1
    return [ordered]@{ smbios_uuid = ([string]$product.UUID).ToLowerInvariant(); machine_guid = Get-HvoMachineGuid }
}
