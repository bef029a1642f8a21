function Get-HvoServiceState {
    <#
    .SYNOPSIS
        Returns the state of a Windows service, or null if the account cannot see the service.
    .OUTPUTS
        String, such as Running or Stopped; or null.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $Name
    )
    try {
        $service = Get-CimInstance -Namespace 'root\cimv2' -ClassName 'Win32_Service' -Filter "Name='$Name'" -ErrorAction Stop |
            Select-Object -First 1
        return [string](Get-HvoProperty $service 'State')
    } catch {
        return $null
    }
}
