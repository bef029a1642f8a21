function Enable-HvoDataExchange {
    <#
    .SYNOPSIS
        Enables the Data Exchange Service of the integration services if it is disabled.
    #>
    [CmdletBinding()]
    param()
    $service = Get-Service -Name 'vmickvpexchange'
    if ([string]$service.StartType -eq 'Disabled') { Set-Service -Name 'vmickvpexchange' -StartupType Manual }
}
