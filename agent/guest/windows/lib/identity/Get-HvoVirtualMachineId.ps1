function Get-HvoVirtualMachineId {
    <#
    .SYNOPSIS
        Returns the id of this VM, which the host publishes through the data exchange service.
    .OUTPUTS
        System.String, the id in lower case, or nothing if the host has not published it yet.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    $pool = 'SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters'
    $published = Get-HvoRegistryValue -Path $pool -Name 'VirtualMachineId'
    $id = [Guid]::Empty
    if ($published -and [Guid]::TryParse($published, [ref]$id)) { return $id.ToString('D') }
}
